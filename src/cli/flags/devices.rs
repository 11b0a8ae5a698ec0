//! Devices of the host.

use crate::cli::draft::Draft;
use crate::cli::flag::Flag;
use crate::cli::typed::{Many, Traced};
use crate::cli::values::{Said, device, gpus};
use crate::request::wire::DeviceRequest;

/// As typed.
#[derive(Debug, Default)]
pub(crate) struct Devices {
    devices: Many<String>,
    cgroup_rules: Many<String>,
    gpus: Many<DeviceRequest>,
}

pub(crate) static FLAGS: &[Flag] = &[
    // Read late: docker asks the engine for its system first.
    Flag::list("device", "list", "Add a host device to the container", |t, arg| arg.each(&mut t.devices.devices)),
    Flag::list("device-cgroup-rule", "list", "Add a rule to the cgroup allowed devices list", |t, arg| {
        arg.parse_each(&mut t.devices.cgroup_rules, device::cgroup_rule)
    }),
    Flag::list("gpus", "gpu-request", "GPU devices to add to the container ('all' to pass all GPUs)", |t, arg| {
        arg.parse_each(&mut t.devices.gpus, gpus::gpus)
    })
    .api(40),
];

impl Devices {
    pub(crate) fn lower(&self, draft: &mut Draft<'_>) -> Said<()> {
        let (named, mapped): (Many<String>, Many<String>) =
            self.devices.iter().cloned().partition(|d| device::is_cdi(&d.value));
        let mut mappings = Vec::new();
        for typed in mapped {
            // How a device is written depends on the engine's system.
            if draft.inputs.engine_os.is_empty() {
                return Err("unknown server OS: ".to_owned());
            }
            mappings.push(Traced { value: device::device(&typed.value)?, origin: typed.origin });
        }
        draft.extend("/HostConfig/Devices", &mappings, |b| &mut b.host_config.devices);
        draft.extend("/HostConfig/DeviceCgroupRules", &self.cgroup_rules, |b| &mut b.host_config.device_cgroup_rules);
        let mut requests = self.gpus.clone();
        if let Some(first) = named.first() {
            let ids = named.iter().map(|n| n.value.clone()).collect();
            let value = DeviceRequest { driver: "cdi".to_owned(), device_ids: ids, ..DeviceRequest::default() };
            requests.push(Traced { value, origin: first.origin.clone() });
        }
        draft.extend("/HostConfig/DeviceRequests", &requests, |b| &mut b.host_config.device_requests);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::cli::testing::{body, refused};

    #[test]
    fn devices_of_drivers_become_one_request() {
        let host = body("--device v.com/c=0 --gpus all --device /dev/fuse --device v.com/c=1 i").host_config;
        assert_eq!(host.devices.len(), 1);
        let requests: Vec<_> = host.device_requests.iter().map(|r| (r.count, r.device_ids.len())).collect();
        assert_eq!(requests, [(-1, 0), (0, 2)]);
    }

    #[test]
    fn a_device_is_judged_late() {
        assert!(refused("--device ./ i").starts_with("docker: ./ is not an absolute path\n\nRun 'docker run"));
    }
}
