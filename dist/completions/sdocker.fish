# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_sdocker_global_optspecs
    string join \n policy= H/host= v/version h/help
end

function __fish_sdocker_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_sdocker_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_sdocker_using_subcommand
    set -l cmd (__fish_sdocker_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c sdocker -n "__fish_sdocker_needs_command" -l policy -d 'Use this profile or file' -r
complete -c sdocker -n "__fish_sdocker_needs_command" -s H -l host -d 'The engine to speak to' -r
complete -c sdocker -n "__fish_sdocker_needs_command" -s v -l version -d 'Print the version'
complete -c sdocker -n "__fish_sdocker_needs_command" -s h -l help -d 'Print help'
complete -c sdocker -n "__fish_sdocker_needs_command" -f -a "run" -d 'Create and run a new container from an image'
complete -c sdocker -n "__fish_sdocker_needs_command" -f -a "create" -d 'Create a new container'
complete -c sdocker -n "__fish_sdocker_needs_command" -f -a "container" -d 'Docker\'s other spelling of run and create'
complete -c sdocker -n "__fish_sdocker_needs_command" -f -a "check" -d 'Judge a command line, or the images and the user of a Dockerfile, and run nothing'
complete -c sdocker -n "__fish_sdocker_needs_command" -f -a "explain" -d 'Say what a rule objects to, why, and what to do instead'
complete -c sdocker -n "__fish_sdocker_needs_command" -f -a "policy" -d 'Show, check, begin or extend the policy'
complete -c sdocker -n "__fish_sdocker_needs_command" -f -a "audit" -d 'Judge containers that exist by the rules of a run'
complete -c sdocker -n "__fish_sdocker_needs_command" -f -a "gateway" -d 'Serve `POST /containers/create` and `/_ping` on a unix socket, judged'
complete -c sdocker -n "__fish_sdocker_needs_command" -f -a "log" -d 'Show what was decided, from the journal'
complete -c sdocker -n "__fish_sdocker_needs_command" -f -a "why" -d 'Show the last refusal again, why it was refused, and what would permit it'
complete -c sdocker -n "__fish_sdocker_needs_command" -f -a "doctor" -d 'Say whether this installation protects'
complete -c sdocker -n "__fish_sdocker_needs_command" -f -a "version" -d 'Print the version'
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l add-host -d 'Add a custom host-to-IP mapping (host:ip)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l annotation -d 'Add an annotation to the container (passed through to the OCI runtime) (default map[])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -s a -l attach -d 'Attach to STDIN, STDOUT or STDERR' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l blkio-weight -d 'Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l blkio-weight-device -d 'Block IO weight (relative device weight) (default [])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l cap-add -d 'Add Linux capabilities' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l cap-drop -d 'Drop Linux capabilities' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l cgroup-parent -d 'Optional parent cgroup for the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l cgroupns -d 'Cgroup namespace to use (host|private)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l cidfile -d 'Write the container ID to the file' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l cpu-count -d 'CPU count (Windows only)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l cpu-percent -d 'CPU percent (Windows only)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l cpu-period -d 'Limit CPU CFS (Completely Fair Scheduler) period' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l cpu-quota -d 'Limit CPU CFS (Completely Fair Scheduler) quota' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l cpu-rt-period -d 'Limit CPU real-time period in microseconds' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l cpu-rt-runtime -d 'Limit CPU real-time runtime in microseconds' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -s c -l cpu-shares -d 'CPU shares (relative weight)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l cpus -d 'Number of CPUs' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l cpuset-cpus -d 'CPUs in which to allow execution (0-3, 0,1)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l cpuset-mems -d 'MEMs in which to allow execution (0-3, 0,1)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l detach-keys -d 'Override the key sequence for detaching a container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l device -d 'Add a host device to the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l device-cgroup-rule -d 'Add a rule to the cgroup allowed devices list' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l device-read-bps -d 'Limit read rate (bytes per second) from a device (default [])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l device-read-iops -d 'Limit read rate (IO per second) from a device (default [])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l device-write-bps -d 'Limit write rate (bytes per second) to a device (default [])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l device-write-iops -d 'Limit write rate (IO per second) to a device (default [])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l dns -d 'Set custom DNS servers' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l dns-option -d 'Set DNS options' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l dns-search -d 'Set custom DNS search domains' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l domainname -d 'Container NIS domain name' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l entrypoint -d 'Overwrite the default ENTRYPOINT of the image' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -s e -l env -d 'Set environment variables' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l env-file -d 'Read in a file of environment variables' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l expose -d 'Expose a port or a range of ports' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l gpus -d 'GPU devices to add to the container (\'all\' to pass all GPUs)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l group-add -d 'Add additional groups to join' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l health-cmd -d 'Command to run to check health' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l health-interval -d 'Time between running the check (ms|s|m|h) (default 0s)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l health-retries -d 'Consecutive failures needed to report unhealthy' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l health-start-interval -d 'Time between running the check during the start period (ms|s|m|h) (default 0s)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l health-start-period -d 'Start period for the container to initialize before starting health-retries countdown (ms|s|m|h) (default 0s)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l health-timeout -d 'Maximum time to allow one check to run (ms|s|m|h) (default 0s)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -s h -l hostname -d 'Container host name' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l io-maxbandwidth -d 'Maximum IO bandwidth limit for the system drive (Windows only)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l io-maxiops -d 'Maximum IOps limit for the system drive (Windows only)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l ip -d 'IPv4 address (e.g., 172.30.100.104)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l ip6 -d 'IPv6 address (e.g., 2001:db8::33)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l ipc -d 'IPC mode to use' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l isolation -d 'Container isolation technology' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l kernel-memory -d 'Kernel memory limit' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -s l -l label -d 'Set meta data on a container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l label-file -d 'Read in a line delimited file of labels' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l link -d 'Add link to another container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l link-local-ip -d 'Container IPv4/IPv6 link-local addresses' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l log-driver -d 'Logging driver for the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l log-opt -d 'Log driver options' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l mac-address -d 'Container MAC address (e.g., 92:d0:c6:0a:29:33)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -s m -l memory -d 'Memory limit' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l memory-reservation -d 'Memory soft limit' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l memory-swap -d 'Swap limit equal to memory plus swap: \'-1\' to enable unlimited swap' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l memory-swappiness -d 'Tune container memory swappiness (0 to 100) (default -1)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l mount -d 'Attach a filesystem mount to the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l name -d 'Assign a name to the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l network -d 'Connect a container to a network' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l network-alias -d 'Add network-scoped alias for the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l oom-score-adj -d 'Tune host\'s OOM preferences (-1000 to 1000)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l pid -d 'PID namespace to use' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l pids-limit -d 'Tune container pids limit (set -1 for unlimited)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l platform -d 'Set platform if server is multi-platform capable' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -s p -l publish -d 'Publish a container\'s port(s) to the host' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l pull -d 'Pull image before running ("always", "missing", "never") (default "missing")' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l restart -d 'Restart policy to apply when a container exits (default "no")' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l runtime -d 'Runtime to use for this container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l security-opt -d 'Security Options' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l shm-size -d 'Size of /dev/shm' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l stop-signal -d 'Signal to stop the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l stop-timeout -d 'Timeout (in seconds) to stop a container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l storage-opt -d 'Storage driver options for the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l sysctl -d 'Sysctl options (default map[])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l tmpfs -d 'Mount a tmpfs directory' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l ulimit -d 'Ulimit options (default [])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -s u -l user -d 'Username or UID (format: <name|uid>[:<group|gid>])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l userns -d 'User namespace to use' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l uts -d 'UTS namespace to use' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -s v -l volume -d 'Bind mount a volume' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l volume-driver -d 'Optional volume driver for the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l volumes-from -d 'Mount volumes from the specified container(s)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -s w -l workdir -d 'Working directory inside the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -s d -l detach -d 'Run container in background and print container ID'
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l disable-content-trust -d 'Skip image verification (default true)'
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l help -d 'Print usage'
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l init -d 'Run an init inside the container that forwards signals and reaps processes'
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -s i -l interactive -d 'Keep STDIN open even if not attached'
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l no-healthcheck -d 'Disable any container-specified HEALTHCHECK'
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l oom-kill-disable -d 'Disable OOM Killer'
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l privileged -d 'Give extended privileges to this container'
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -s P -l publish-all -d 'Publish all exposed ports to random ports'
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -s q -l quiet -d 'Suppress the pull output'
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l read-only -d 'Mount the container\'s root filesystem as read only'
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l rm -d 'Automatically remove the container and its associated anonymous volumes when it exits'
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l sig-proxy -d 'Proxy received signals to the process (default true)'
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -s t -l tty -d 'Allocate a pseudo-TTY'
complete -c sdocker -n "__fish_sdocker_using_subcommand run" -l use-api-socket -d 'Bind mount Docker API socket and required auth'
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l add-host -d 'Add a custom host-to-IP mapping (host:ip)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l annotation -d 'Add an annotation to the container (passed through to the OCI runtime) (default map[])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -s a -l attach -d 'Attach to STDIN, STDOUT or STDERR' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l blkio-weight -d 'Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l blkio-weight-device -d 'Block IO weight (relative device weight) (default [])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l cap-add -d 'Add Linux capabilities' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l cap-drop -d 'Drop Linux capabilities' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l cgroup-parent -d 'Optional parent cgroup for the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l cgroupns -d 'Cgroup namespace to use (host|private)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l cidfile -d 'Write the container ID to the file' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l cpu-count -d 'CPU count (Windows only)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l cpu-percent -d 'CPU percent (Windows only)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l cpu-period -d 'Limit CPU CFS (Completely Fair Scheduler) period' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l cpu-quota -d 'Limit CPU CFS (Completely Fair Scheduler) quota' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l cpu-rt-period -d 'Limit CPU real-time period in microseconds' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l cpu-rt-runtime -d 'Limit CPU real-time runtime in microseconds' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -s c -l cpu-shares -d 'CPU shares (relative weight)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l cpus -d 'Number of CPUs' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l cpuset-cpus -d 'CPUs in which to allow execution (0-3, 0,1)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l cpuset-mems -d 'MEMs in which to allow execution (0-3, 0,1)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l device -d 'Add a host device to the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l device-cgroup-rule -d 'Add a rule to the cgroup allowed devices list' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l device-read-bps -d 'Limit read rate (bytes per second) from a device (default [])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l device-read-iops -d 'Limit read rate (IO per second) from a device (default [])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l device-write-bps -d 'Limit write rate (bytes per second) to a device (default [])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l device-write-iops -d 'Limit write rate (IO per second) to a device (default [])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l dns -d 'Set custom DNS servers' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l dns-option -d 'Set DNS options' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l dns-search -d 'Set custom DNS search domains' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l domainname -d 'Container NIS domain name' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l entrypoint -d 'Overwrite the default ENTRYPOINT of the image' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -s e -l env -d 'Set environment variables' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l env-file -d 'Read in a file of environment variables' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l expose -d 'Expose a port or a range of ports' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l gpus -d 'GPU devices to add to the container (\'all\' to pass all GPUs)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l group-add -d 'Add additional groups to join' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l health-cmd -d 'Command to run to check health' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l health-interval -d 'Time between running the check (ms|s|m|h) (default 0s)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l health-retries -d 'Consecutive failures needed to report unhealthy' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l health-start-interval -d 'Time between running the check during the start period (ms|s|m|h) (default 0s)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l health-start-period -d 'Start period for the container to initialize before starting health-retries countdown (ms|s|m|h) (default 0s)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l health-timeout -d 'Maximum time to allow one check to run (ms|s|m|h) (default 0s)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -s h -l hostname -d 'Container host name' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l io-maxbandwidth -d 'Maximum IO bandwidth limit for the system drive (Windows only)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l io-maxiops -d 'Maximum IOps limit for the system drive (Windows only)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l ip -d 'IPv4 address (e.g., 172.30.100.104)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l ip6 -d 'IPv6 address (e.g., 2001:db8::33)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l ipc -d 'IPC mode to use' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l isolation -d 'Container isolation technology' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l kernel-memory -d 'Kernel memory limit' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -s l -l label -d 'Set meta data on a container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l label-file -d 'Read in a line delimited file of labels' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l link -d 'Add link to another container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l link-local-ip -d 'Container IPv4/IPv6 link-local addresses' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l log-driver -d 'Logging driver for the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l log-opt -d 'Log driver options' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l mac-address -d 'Container MAC address (e.g., 92:d0:c6:0a:29:33)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -s m -l memory -d 'Memory limit' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l memory-reservation -d 'Memory soft limit' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l memory-swap -d 'Swap limit equal to memory plus swap: \'-1\' to enable unlimited swap' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l memory-swappiness -d 'Tune container memory swappiness (0 to 100) (default -1)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l mount -d 'Attach a filesystem mount to the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l name -d 'Assign a name to the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l network -d 'Connect a container to a network' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l network-alias -d 'Add network-scoped alias for the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l oom-score-adj -d 'Tune host\'s OOM preferences (-1000 to 1000)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l pid -d 'PID namespace to use' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l pids-limit -d 'Tune container pids limit (set -1 for unlimited)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l platform -d 'Set platform if server is multi-platform capable' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -s p -l publish -d 'Publish a container\'s port(s) to the host' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l pull -d 'Pull image before running ("always", "missing", "never") (default "missing")' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l restart -d 'Restart policy to apply when a container exits (default "no")' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l runtime -d 'Runtime to use for this container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l security-opt -d 'Security Options' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l shm-size -d 'Size of /dev/shm' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l stop-signal -d 'Signal to stop the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l stop-timeout -d 'Timeout (in seconds) to stop a container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l storage-opt -d 'Storage driver options for the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l sysctl -d 'Sysctl options (default map[])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l tmpfs -d 'Mount a tmpfs directory' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l ulimit -d 'Ulimit options (default [])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -s u -l user -d 'Username or UID (format: <name|uid>[:<group|gid>])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l userns -d 'User namespace to use' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l uts -d 'UTS namespace to use' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -s v -l volume -d 'Bind mount a volume' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l volume-driver -d 'Optional volume driver for the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l volumes-from -d 'Mount volumes from the specified container(s)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -s w -l workdir -d 'Working directory inside the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l disable-content-trust -d 'Skip image verification (default true)'
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l help -d 'Print usage'
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l init -d 'Run an init inside the container that forwards signals and reaps processes'
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -s i -l interactive -d 'Keep STDIN open even if not attached'
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l no-healthcheck -d 'Disable any container-specified HEALTHCHECK'
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l oom-kill-disable -d 'Disable OOM Killer'
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l privileged -d 'Give extended privileges to this container'
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -s P -l publish-all -d 'Publish all exposed ports to random ports'
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -s q -l quiet -d 'Suppress the pull output'
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l read-only -d 'Mount the container\'s root filesystem as read only'
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l rm -d 'Automatically remove the container and its associated anonymous volumes when it exits'
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -s t -l tty -d 'Allocate a pseudo-TTY'
complete -c sdocker -n "__fish_sdocker_using_subcommand create" -l use-api-socket -d 'Bind mount Docker API socket and required auth'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and not __fish_seen_subcommand_from run create" -s h -l help -d 'Print help'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and not __fish_seen_subcommand_from run create" -f -a "run" -d 'Create and run a new container from an image'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and not __fish_seen_subcommand_from run create" -f -a "create" -d 'Create a new container'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l add-host -d 'Add a custom host-to-IP mapping (host:ip)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l annotation -d 'Add an annotation to the container (passed through to the OCI runtime) (default map[])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -s a -l attach -d 'Attach to STDIN, STDOUT or STDERR' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l blkio-weight -d 'Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l blkio-weight-device -d 'Block IO weight (relative device weight) (default [])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l cap-add -d 'Add Linux capabilities' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l cap-drop -d 'Drop Linux capabilities' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l cgroup-parent -d 'Optional parent cgroup for the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l cgroupns -d 'Cgroup namespace to use (host|private)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l cidfile -d 'Write the container ID to the file' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l cpu-count -d 'CPU count (Windows only)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l cpu-percent -d 'CPU percent (Windows only)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l cpu-period -d 'Limit CPU CFS (Completely Fair Scheduler) period' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l cpu-quota -d 'Limit CPU CFS (Completely Fair Scheduler) quota' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l cpu-rt-period -d 'Limit CPU real-time period in microseconds' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l cpu-rt-runtime -d 'Limit CPU real-time runtime in microseconds' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -s c -l cpu-shares -d 'CPU shares (relative weight)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l cpus -d 'Number of CPUs' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l cpuset-cpus -d 'CPUs in which to allow execution (0-3, 0,1)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l cpuset-mems -d 'MEMs in which to allow execution (0-3, 0,1)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l detach-keys -d 'Override the key sequence for detaching a container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l device -d 'Add a host device to the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l device-cgroup-rule -d 'Add a rule to the cgroup allowed devices list' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l device-read-bps -d 'Limit read rate (bytes per second) from a device (default [])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l device-read-iops -d 'Limit read rate (IO per second) from a device (default [])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l device-write-bps -d 'Limit write rate (bytes per second) to a device (default [])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l device-write-iops -d 'Limit write rate (IO per second) to a device (default [])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l dns -d 'Set custom DNS servers' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l dns-option -d 'Set DNS options' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l dns-search -d 'Set custom DNS search domains' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l domainname -d 'Container NIS domain name' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l entrypoint -d 'Overwrite the default ENTRYPOINT of the image' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -s e -l env -d 'Set environment variables' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l env-file -d 'Read in a file of environment variables' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l expose -d 'Expose a port or a range of ports' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l gpus -d 'GPU devices to add to the container (\'all\' to pass all GPUs)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l group-add -d 'Add additional groups to join' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l health-cmd -d 'Command to run to check health' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l health-interval -d 'Time between running the check (ms|s|m|h) (default 0s)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l health-retries -d 'Consecutive failures needed to report unhealthy' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l health-start-interval -d 'Time between running the check during the start period (ms|s|m|h) (default 0s)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l health-start-period -d 'Start period for the container to initialize before starting health-retries countdown (ms|s|m|h) (default 0s)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l health-timeout -d 'Maximum time to allow one check to run (ms|s|m|h) (default 0s)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -s h -l hostname -d 'Container host name' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l io-maxbandwidth -d 'Maximum IO bandwidth limit for the system drive (Windows only)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l io-maxiops -d 'Maximum IOps limit for the system drive (Windows only)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l ip -d 'IPv4 address (e.g., 172.30.100.104)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l ip6 -d 'IPv6 address (e.g., 2001:db8::33)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l ipc -d 'IPC mode to use' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l isolation -d 'Container isolation technology' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l kernel-memory -d 'Kernel memory limit' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -s l -l label -d 'Set meta data on a container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l label-file -d 'Read in a line delimited file of labels' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l link -d 'Add link to another container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l link-local-ip -d 'Container IPv4/IPv6 link-local addresses' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l log-driver -d 'Logging driver for the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l log-opt -d 'Log driver options' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l mac-address -d 'Container MAC address (e.g., 92:d0:c6:0a:29:33)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -s m -l memory -d 'Memory limit' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l memory-reservation -d 'Memory soft limit' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l memory-swap -d 'Swap limit equal to memory plus swap: \'-1\' to enable unlimited swap' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l memory-swappiness -d 'Tune container memory swappiness (0 to 100) (default -1)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l mount -d 'Attach a filesystem mount to the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l name -d 'Assign a name to the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l network -d 'Connect a container to a network' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l network-alias -d 'Add network-scoped alias for the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l oom-score-adj -d 'Tune host\'s OOM preferences (-1000 to 1000)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l pid -d 'PID namespace to use' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l pids-limit -d 'Tune container pids limit (set -1 for unlimited)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l platform -d 'Set platform if server is multi-platform capable' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -s p -l publish -d 'Publish a container\'s port(s) to the host' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l pull -d 'Pull image before running ("always", "missing", "never") (default "missing")' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l restart -d 'Restart policy to apply when a container exits (default "no")' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l runtime -d 'Runtime to use for this container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l security-opt -d 'Security Options' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l shm-size -d 'Size of /dev/shm' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l stop-signal -d 'Signal to stop the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l stop-timeout -d 'Timeout (in seconds) to stop a container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l storage-opt -d 'Storage driver options for the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l sysctl -d 'Sysctl options (default map[])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l tmpfs -d 'Mount a tmpfs directory' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l ulimit -d 'Ulimit options (default [])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -s u -l user -d 'Username or UID (format: <name|uid>[:<group|gid>])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l userns -d 'User namespace to use' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l uts -d 'UTS namespace to use' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -s v -l volume -d 'Bind mount a volume' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l volume-driver -d 'Optional volume driver for the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l volumes-from -d 'Mount volumes from the specified container(s)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -s w -l workdir -d 'Working directory inside the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -s d -l detach -d 'Run container in background and print container ID'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l disable-content-trust -d 'Skip image verification (default true)'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l help -d 'Print usage'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l init -d 'Run an init inside the container that forwards signals and reaps processes'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -s i -l interactive -d 'Keep STDIN open even if not attached'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l no-healthcheck -d 'Disable any container-specified HEALTHCHECK'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l oom-kill-disable -d 'Disable OOM Killer'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l privileged -d 'Give extended privileges to this container'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -s P -l publish-all -d 'Publish all exposed ports to random ports'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -s q -l quiet -d 'Suppress the pull output'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l read-only -d 'Mount the container\'s root filesystem as read only'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l rm -d 'Automatically remove the container and its associated anonymous volumes when it exits'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l sig-proxy -d 'Proxy received signals to the process (default true)'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -s t -l tty -d 'Allocate a pseudo-TTY'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from run" -l use-api-socket -d 'Bind mount Docker API socket and required auth'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l add-host -d 'Add a custom host-to-IP mapping (host:ip)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l annotation -d 'Add an annotation to the container (passed through to the OCI runtime) (default map[])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -s a -l attach -d 'Attach to STDIN, STDOUT or STDERR' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l blkio-weight -d 'Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l blkio-weight-device -d 'Block IO weight (relative device weight) (default [])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l cap-add -d 'Add Linux capabilities' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l cap-drop -d 'Drop Linux capabilities' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l cgroup-parent -d 'Optional parent cgroup for the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l cgroupns -d 'Cgroup namespace to use (host|private)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l cidfile -d 'Write the container ID to the file' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l cpu-count -d 'CPU count (Windows only)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l cpu-percent -d 'CPU percent (Windows only)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l cpu-period -d 'Limit CPU CFS (Completely Fair Scheduler) period' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l cpu-quota -d 'Limit CPU CFS (Completely Fair Scheduler) quota' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l cpu-rt-period -d 'Limit CPU real-time period in microseconds' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l cpu-rt-runtime -d 'Limit CPU real-time runtime in microseconds' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -s c -l cpu-shares -d 'CPU shares (relative weight)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l cpus -d 'Number of CPUs' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l cpuset-cpus -d 'CPUs in which to allow execution (0-3, 0,1)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l cpuset-mems -d 'MEMs in which to allow execution (0-3, 0,1)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l device -d 'Add a host device to the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l device-cgroup-rule -d 'Add a rule to the cgroup allowed devices list' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l device-read-bps -d 'Limit read rate (bytes per second) from a device (default [])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l device-read-iops -d 'Limit read rate (IO per second) from a device (default [])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l device-write-bps -d 'Limit write rate (bytes per second) to a device (default [])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l device-write-iops -d 'Limit write rate (IO per second) to a device (default [])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l dns -d 'Set custom DNS servers' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l dns-option -d 'Set DNS options' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l dns-search -d 'Set custom DNS search domains' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l domainname -d 'Container NIS domain name' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l entrypoint -d 'Overwrite the default ENTRYPOINT of the image' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -s e -l env -d 'Set environment variables' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l env-file -d 'Read in a file of environment variables' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l expose -d 'Expose a port or a range of ports' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l gpus -d 'GPU devices to add to the container (\'all\' to pass all GPUs)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l group-add -d 'Add additional groups to join' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l health-cmd -d 'Command to run to check health' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l health-interval -d 'Time between running the check (ms|s|m|h) (default 0s)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l health-retries -d 'Consecutive failures needed to report unhealthy' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l health-start-interval -d 'Time between running the check during the start period (ms|s|m|h) (default 0s)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l health-start-period -d 'Start period for the container to initialize before starting health-retries countdown (ms|s|m|h) (default 0s)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l health-timeout -d 'Maximum time to allow one check to run (ms|s|m|h) (default 0s)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -s h -l hostname -d 'Container host name' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l io-maxbandwidth -d 'Maximum IO bandwidth limit for the system drive (Windows only)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l io-maxiops -d 'Maximum IOps limit for the system drive (Windows only)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l ip -d 'IPv4 address (e.g., 172.30.100.104)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l ip6 -d 'IPv6 address (e.g., 2001:db8::33)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l ipc -d 'IPC mode to use' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l isolation -d 'Container isolation technology' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l kernel-memory -d 'Kernel memory limit' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -s l -l label -d 'Set meta data on a container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l label-file -d 'Read in a line delimited file of labels' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l link -d 'Add link to another container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l link-local-ip -d 'Container IPv4/IPv6 link-local addresses' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l log-driver -d 'Logging driver for the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l log-opt -d 'Log driver options' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l mac-address -d 'Container MAC address (e.g., 92:d0:c6:0a:29:33)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -s m -l memory -d 'Memory limit' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l memory-reservation -d 'Memory soft limit' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l memory-swap -d 'Swap limit equal to memory plus swap: \'-1\' to enable unlimited swap' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l memory-swappiness -d 'Tune container memory swappiness (0 to 100) (default -1)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l mount -d 'Attach a filesystem mount to the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l name -d 'Assign a name to the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l network -d 'Connect a container to a network' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l network-alias -d 'Add network-scoped alias for the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l oom-score-adj -d 'Tune host\'s OOM preferences (-1000 to 1000)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l pid -d 'PID namespace to use' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l pids-limit -d 'Tune container pids limit (set -1 for unlimited)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l platform -d 'Set platform if server is multi-platform capable' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -s p -l publish -d 'Publish a container\'s port(s) to the host' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l pull -d 'Pull image before running ("always", "missing", "never") (default "missing")' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l restart -d 'Restart policy to apply when a container exits (default "no")' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l runtime -d 'Runtime to use for this container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l security-opt -d 'Security Options' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l shm-size -d 'Size of /dev/shm' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l stop-signal -d 'Signal to stop the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l stop-timeout -d 'Timeout (in seconds) to stop a container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l storage-opt -d 'Storage driver options for the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l sysctl -d 'Sysctl options (default map[])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l tmpfs -d 'Mount a tmpfs directory' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l ulimit -d 'Ulimit options (default [])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -s u -l user -d 'Username or UID (format: <name|uid>[:<group|gid>])' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l userns -d 'User namespace to use' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l uts -d 'UTS namespace to use' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -s v -l volume -d 'Bind mount a volume' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l volume-driver -d 'Optional volume driver for the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l volumes-from -d 'Mount volumes from the specified container(s)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -s w -l workdir -d 'Working directory inside the container' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l disable-content-trust -d 'Skip image verification (default true)'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l help -d 'Print usage'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l init -d 'Run an init inside the container that forwards signals and reaps processes'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -s i -l interactive -d 'Keep STDIN open even if not attached'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l no-healthcheck -d 'Disable any container-specified HEALTHCHECK'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l oom-kill-disable -d 'Disable OOM Killer'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l privileged -d 'Give extended privileges to this container'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -s P -l publish-all -d 'Publish all exposed ports to random ports'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Suppress the pull output'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l read-only -d 'Mount the container\'s root filesystem as read only'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l rm -d 'Automatically remove the container and its associated anonymous volumes when it exits'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -s t -l tty -d 'Allocate a pseudo-TTY'
complete -c sdocker -n "__fish_sdocker_using_subcommand container; and __fish_seen_subcommand_from create" -l use-api-socket -d 'Bind mount Docker API socket and required auth'
complete -c sdocker -n "__fish_sdocker_using_subcommand check" -l dockerfile -d 'The Dockerfile to judge' -r -F
complete -c sdocker -n "__fish_sdocker_using_subcommand check" -l format -d 'For people or for programs' -r -f -a "text\t''
json\t''"
complete -c sdocker -n "__fish_sdocker_using_subcommand check" -l caller -d 'Judge as somebody else would be judged' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand check" -l no-engine -d 'Do not ask the engine; what only it knows stays open'
complete -c sdocker -n "__fish_sdocker_using_subcommand check" -s h -l help -d 'Print help'
complete -c sdocker -n "__fish_sdocker_using_subcommand explain" -s h -l help -d 'Print help'
complete -c sdocker -n "__fish_sdocker_using_subcommand policy; and not __fish_seen_subcommand_from show check init allow test" -s h -l help -d 'Print help'
complete -c sdocker -n "__fish_sdocker_using_subcommand policy; and not __fish_seen_subcommand_from show check init allow test" -f -a "show" -d 'Print the merged policy'
complete -c sdocker -n "__fish_sdocker_using_subcommand policy; and not __fish_seen_subcommand_from show check init allow test" -f -a "check" -d 'Say everything that is wrong with the policy'
complete -c sdocker -n "__fish_sdocker_using_subcommand policy; and not __fish_seen_subcommand_from show check init allow test" -f -a "init" -d 'Write a commented policy to begin with; never overwrites one'
complete -c sdocker -n "__fish_sdocker_using_subcommand policy; and not __fish_seen_subcommand_from show check init allow test" -f -a "allow" -d 'Write a grant: rules that do not look at some images'
complete -c sdocker -n "__fish_sdocker_using_subcommand policy; and not __fish_seen_subcommand_from show check init allow test" -f -a "test" -d 'Hold the policy against cases: what is asked, in which world, and what must come of it'
complete -c sdocker -n "__fish_sdocker_using_subcommand policy; and __fish_seen_subcommand_from show" -l caller -d 'What counts for somebody' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand policy; and __fish_seen_subcommand_from show" -l image -d 'What counts for an image, as it is typed' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand policy; and __fish_seen_subcommand_from show" -l origin -d 'Say which line each value is from'
complete -c sdocker -n "__fish_sdocker_using_subcommand policy; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c sdocker -n "__fish_sdocker_using_subcommand policy; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c sdocker -n "__fish_sdocker_using_subcommand policy; and __fish_seen_subcommand_from init" -l system -d 'Write the machine\'s own, /etc/sdocker/policy.toml'
complete -c sdocker -n "__fish_sdocker_using_subcommand policy; and __fish_seen_subcommand_from init" -s h -l help -d 'Print help'
complete -c sdocker -n "__fish_sdocker_using_subcommand policy; and __fish_seen_subcommand_from allow" -l image -d 'An image, or a pattern of full names; may be repeated' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand policy; and __fish_seen_subcommand_from allow" -l for -d 'How long: 30d, 8w; without it, until taken out' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand policy; and __fish_seen_subcommand_from allow" -l who -d 'For NAME, uid:N, group:NAME or gid:N only; may be repeated' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand policy; and __fish_seen_subcommand_from allow" -l reason -d 'Why, for who reads it later' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand policy; and __fish_seen_subcommand_from allow" -l system -d 'Write the machine\'s own, /etc/sdocker/policy.toml'
complete -c sdocker -n "__fish_sdocker_using_subcommand policy; and __fish_seen_subcommand_from allow" -s h -l help -d 'Print help'
complete -c sdocker -n "__fish_sdocker_using_subcommand policy; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help'
complete -c sdocker -n "__fish_sdocker_using_subcommand audit" -s h -l help -d 'Print help'
complete -c sdocker -n "__fish_sdocker_using_subcommand gateway" -l listen -d 'The socket to listen on' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand gateway" -s h -l help -d 'Print help'
complete -c sdocker -n "__fish_sdocker_using_subcommand log" -l since -d 'Not before: 10m, 2h, 3d ago, or a date like 2027-03-31 (UTC)' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand log" -l rule -d 'Only where this rule said something' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand log" -l image -d 'Only of this image, by name (with any tag, unless one is given) or id' -r
complete -c sdocker -n "__fish_sdocker_using_subcommand log" -l format -d 'For people, or a line of JSON each' -r -f -a "text\t''
json\t''"
complete -c sdocker -n "__fish_sdocker_using_subcommand log" -l denied -d 'Only refusals'
complete -c sdocker -n "__fish_sdocker_using_subcommand log" -s f -l follow -d 'Go on with what is decided from now on'
complete -c sdocker -n "__fish_sdocker_using_subcommand log" -s h -l help -d 'Print help'
complete -c sdocker -n "__fish_sdocker_using_subcommand why" -s h -l help -d 'Print help'
complete -c sdocker -n "__fish_sdocker_using_subcommand doctor" -l format -d 'For people, or a line of JSON each' -r -f -a "text\t''
json\t''"
complete -c sdocker -n "__fish_sdocker_using_subcommand doctor" -s h -l help -d 'Print help'
complete -c sdocker -n "__fish_sdocker_using_subcommand version" -s h -l help -d 'Print help'
