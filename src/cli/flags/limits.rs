//! How much of the host a container may use.

use std::collections::BTreeMap;

use crate::cli::draft::Draft;
use crate::cli::flag::Flag;
use crate::cli::typed::{Many, Once};
use crate::cli::values::{Said, cpus, number, size, ulimit};
use crate::request::wire::Ulimit;

/// As typed.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    cpus: Once<i64>,
    cpu_shares: Once<i64>,
    cpu_period: Once<i64>,
    cpu_quota: Once<i64>,
    cpu_rt_period: Once<i64>,
    cpu_rt_runtime: Once<i64>,
    cpuset_cpus: Once<String>,
    cpuset_mems: Once<String>,
    cpu_count: Once<i64>,
    cpu_percent: Once<i64>,
    io_max_bandwidth: Once<u64>,
    io_max_iops: Once<u64>,
    memory: Once<i64>,
    memory_reservation: Once<i64>,
    memory_swap: Once<i64>,
    swappiness: Once<i64>,
    kernel_memory: Once<i64>,
    shm_size: Once<i64>,
    oom_kill_disable: Once<bool>,
    oom_score_adj: Once<i64>,
    pids_limit: Once<i64>,
    ulimits: Many<Ulimit>,
}

fn bandwidth(text: &str) -> Said<u64> {
    size::bytes(text).map(i64::cast_unsigned)
}

fn operations(text: &str) -> Said<u64> {
    number::uint(text, 64)
}

pub(crate) static FLAGS: &[Flag] = &[
    Flag::value("cpus", "decimal", "Number of CPUs", |t, arg| arg.parse(&mut t.limits.cpus, cpus::nano_cpus)).api(25),
    Flag::value("cpu-shares", "int", "CPU shares (relative weight)", |t, arg| arg.int(&mut t.limits.cpu_shares))
        .short('c'),
    Flag::value("cpu-period", "int", "Limit CPU CFS (Completely Fair Scheduler) period", |t, arg| {
        arg.int(&mut t.limits.cpu_period)
    }),
    Flag::value("cpu-quota", "int", "Limit CPU CFS (Completely Fair Scheduler) quota", |t, arg| {
        arg.int(&mut t.limits.cpu_quota)
    }),
    Flag::value("cpu-rt-period", "int", "Limit CPU real-time period in microseconds", |t, arg| {
        arg.int(&mut t.limits.cpu_rt_period)
    })
    .api(25),
    Flag::value("cpu-rt-runtime", "int", "Limit CPU real-time runtime in microseconds", |t, arg| {
        arg.int(&mut t.limits.cpu_rt_runtime)
    })
    .api(25),
    Flag::value("cpuset-cpus", "string", "CPUs in which to allow execution (0-3, 0,1)", |t, arg| {
        arg.text(&mut t.limits.cpuset_cpus)
    }),
    Flag::value("cpuset-mems", "string", "MEMs in which to allow execution (0-3, 0,1)", |t, arg| {
        arg.text(&mut t.limits.cpuset_mems)
    }),
    Flag::value("cpu-count", "int", "CPU count (Windows only)", |t, arg| arg.int(&mut t.limits.cpu_count)).windows(),
    Flag::value("cpu-percent", "int", "CPU percent (Windows only)", |t, arg| arg.int(&mut t.limits.cpu_percent))
        .windows(),
    Flag::value(
        "io-maxbandwidth",
        "bytes",
        "Maximum IO bandwidth limit for the system drive (Windows only)",
        |t, arg| arg.parse(&mut t.limits.io_max_bandwidth, bandwidth),
    )
    .windows(),
    Flag::value("io-maxiops", "uint", "Maximum IOps limit for the system drive (Windows only)", |t, arg| {
        arg.parse(&mut t.limits.io_max_iops, operations)
    })
    .windows(),
    Flag::value("memory", "bytes", "Memory limit", |t, arg| arg.parse(&mut t.limits.memory, size::bytes)).short('m'),
    Flag::value("memory-reservation", "bytes", "Memory soft limit", |t, arg| {
        arg.parse(&mut t.limits.memory_reservation, size::bytes)
    }),
    Flag::value(
        "memory-swap",
        "bytes",
        "Swap limit equal to memory plus swap: '-1' to enable unlimited swap",
        |t, arg| arg.parse(&mut t.limits.memory_swap, size::bytes_or_unlimited),
    ),
    Flag::value("memory-swappiness", "int", "Tune container memory swappiness (0 to 100) (default -1)", |t, arg| {
        arg.int(&mut t.limits.swappiness)
    }),
    Flag::value("kernel-memory", "bytes", "Kernel memory limit", |t, arg| {
        arg.parse(&mut t.limits.kernel_memory, size::bytes)
    }),
    Flag::value("shm-size", "bytes", "Size of /dev/shm", |t, arg| arg.parse(&mut t.limits.shm_size, size::bytes)),
    Flag::switch("oom-kill-disable", "Disable OOM Killer", |t, arg| arg.switch(&mut t.limits.oom_kill_disable)),
    Flag::value("oom-score-adj", "int", "Tune host's OOM preferences (-1000 to 1000)", |t, arg| {
        arg.int(&mut t.limits.oom_score_adj)
    }),
    Flag::value("pids-limit", "int", "Tune container pids limit (set -1 for unlimited)", |t, arg| {
        arg.int(&mut t.limits.pids_limit)
    }),
    Flag::list("ulimit", "ulimit", "Ulimit options (default [])", |t, arg| {
        arg.parse_each(&mut t.limits.ulimits, ulimit::ulimit)
    }),
];

impl Limits {
    /// Docker judges this before it looks at volumes and ports.
    pub(crate) fn check_swappiness(&self) -> Said<()> {
        match &self.swappiness {
            Some(s) if !(-1..=100).contains(&s.value) => {
                Err(format!("invalid value: {}. Valid memory swappiness range is 0-100", s.value))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn lower(&self, draft: &mut Draft<'_>) {
        self.lower_cpu(draft);
        self.lower_memory(draft);
        draft.put("/HostConfig/PidsLimit", &self.pids_limit, |b| &mut b.host_config.pids_limit);
        draft
            .put("/HostConfig/IOMaximumBandwidth", &self.io_max_bandwidth, |b| &mut b.host_config.io_maximum_bandwidth);
        draft.put("/HostConfig/IOMaximumIOps", &self.io_max_iops, |b| &mut b.host_config.io_maximum_iops);
        // By name; the last of a name counts.
        let by_name: BTreeMap<&str, _> = self.ulimits.iter().map(|u| (u.value.name.as_str(), u.clone())).collect();
        let ulimits = by_name.into_values().collect();
        draft.extend("/HostConfig/Ulimits", &ulimits, |b| &mut b.host_config.ulimits);
    }

    fn lower_cpu(&self, draft: &mut Draft<'_>) {
        draft.put("/HostConfig/NanoCpus", &self.cpus, |b| &mut b.host_config.nano_cpus);
        draft.put("/HostConfig/CpuShares", &self.cpu_shares, |b| &mut b.host_config.cpu_shares);
        draft.put("/HostConfig/CpuPeriod", &self.cpu_period, |b| &mut b.host_config.cpu_period);
        draft.put("/HostConfig/CpuQuota", &self.cpu_quota, |b| &mut b.host_config.cpu_quota);
        draft.put("/HostConfig/CpuRealtimePeriod", &self.cpu_rt_period, |b| &mut b.host_config.cpu_realtime_period);
        draft.put("/HostConfig/CpuRealtimeRuntime", &self.cpu_rt_runtime, |b| &mut b.host_config.cpu_realtime_runtime);
        draft.put("/HostConfig/CpusetCpus", &self.cpuset_cpus, |b| &mut b.host_config.cpuset_cpus);
        draft.put("/HostConfig/CpusetMems", &self.cpuset_mems, |b| &mut b.host_config.cpuset_mems);
        draft.put("/HostConfig/CpuCount", &self.cpu_count, |b| &mut b.host_config.cpu_count);
        draft.put("/HostConfig/CpuPercent", &self.cpu_percent, |b| &mut b.host_config.cpu_percent);
    }

    fn lower_memory(&self, draft: &mut Draft<'_>) {
        draft.put("/HostConfig/Memory", &self.memory, |b| &mut b.host_config.memory);
        draft.put("/HostConfig/MemoryReservation", &self.memory_reservation, |b| &mut b.host_config.memory_reservation);
        draft.put("/HostConfig/MemorySwap", &self.memory_swap, |b| &mut b.host_config.memory_swap);
        draft.put("/HostConfig/KernelMemory", &self.kernel_memory, |b| &mut b.host_config.kernel_memory);
        draft.put("/HostConfig/ShmSize", &self.shm_size, |b| &mut b.host_config.shm_size);
        draft.put("/HostConfig/OomKillDisable", &self.oom_kill_disable, |b| &mut b.host_config.oom_kill_disable);
        draft.put("/HostConfig/OomScoreAdj", &self.oom_score_adj, |b| &mut b.host_config.oom_score_adj);
        // Docker always sends -1 for "as the host has it".
        draft.body.host_config.memory_swappiness = Some(-1);
        draft.put("/HostConfig/MemorySwappiness", &self.swappiness, |b| &mut b.host_config.memory_swappiness);
    }
}

#[cfg(test)]
mod tests {
    use crate::cli::testing::{body, origin, refused};
    use crate::request::Origin;

    #[test]
    fn limits_are_lowered() {
        let host = body("--cpus .5 -m 64m --memory-swap -1 --pids-limit 1_000 -c 010 i").host_config;
        assert_eq!((host.nano_cpus, host.memory, host.memory_swap), (500_000_000, 64 << 20, -1));
        assert_eq!((host.pids_limit, host.cpu_shares), (Some(1000), 8));
    }

    #[test]
    fn silence_about_limits_is_silence() {
        let host = body("i").host_config;
        assert_eq!((host.pids_limit, host.oom_kill_disable, host.memory_swappiness), (None, None, Some(-1)));
    }

    #[test]
    fn ulimits_are_sorted_by_name_and_the_last_counts() {
        let ulimits = body("--ulimit nproc=3 --ulimit core=1 --ulimit nproc=4 i").host_config.ulimits;
        let names: Vec<_> = ulimits.iter().map(|u| (u.name.as_str(), u.soft)).collect();
        assert_eq!(names, [("core", 1), ("nproc", 4)]);
        let from = origin("--ulimit nproc=3 --ulimit core=1 i", "/HostConfig/Ulimits/0");
        assert_eq!(from, Origin::Token { index: 5, bytes: 0..6 });
    }

    #[test]
    fn swappiness_has_a_range() {
        assert!(refused("--memory-swappiness 101 i").starts_with("docker: invalid value: 101. Valid memory"));
    }
}
