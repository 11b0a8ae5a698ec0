//! Weights and ceilings of the host's disks.

use serde_json::json;

use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::Settings;
use crate::request::wire::HostConfig;
use crate::request::{Change, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("block-io"),
    doc: "\
## What
A container asks for a share of the disks (`--blkio-weight`), or for weights and ceilings by the names of the host's disks
(`--device-read-bps` and its kin).

## Why
A ceiling only takes away, but it names files of the host and so tells whether they exist and are disks; a weight above
everybody else's takes the disks from them.

## Instead
Leave the option out. Who keeps the machine shares its disks out.
",
    fields: &[
        "HostConfig.BlkioWeight",
        "HostConfig.BlkioWeightDevice",
        "HostConfig.BlkioDeviceReadBps",
        "HostConfig.BlkioDeviceWriteBps",
        "HostConfig.BlkioDeviceReadIOps",
        "HostConfig.BlkioDeviceWriteIOps",
    ],
    keys: &[],
    open_keys: &[],
    silence: "no weight and no list",
    breach: "any of them",
    rewrites: true,
    sources: &["OWASP Docker rule 7"],
    load: |_: &mut Settings<'_>| Some(Box::new(BlockIo)),
};

#[derive(Debug)]
struct BlockIo;

/// Each flag: its member of `HostConfig`, and the path of its first disk where it names one.
fn wishes(host: &HostConfig) -> impl Iterator<Item = (&'static str, &'static str)> {
    [
        ("--blkio-weight", "BlkioWeight", host.blkio_weight != 0),
        ("--blkio-weight-device", "BlkioWeightDevice", !host.blkio_weight_device.is_empty()),
        ("--device-read-bps", "BlkioDeviceReadBps", !host.blkio_device_read_bps.is_empty()),
        ("--device-write-bps", "BlkioDeviceWriteBps", !host.blkio_device_write_bps.is_empty()),
        ("--device-read-iops", "BlkioDeviceReadIOps", !host.blkio_device_read_iops.is_empty()),
        ("--device-write-iops", "BlkioDeviceWriteIOps", !host.blkio_device_write_iops.is_empty()),
    ]
    .into_iter()
    .filter_map(|(flag, member, asked)| asked.then_some((flag, member)))
}

impl Check for BlockIo {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        for (flag, member) in wishes(&case.request.body.host_config) {
            let pointer = format!("/HostConfig/{member}");
            let silence = if member == "BlkioWeight" { json!(0) } else { json!([]) };
            let breach = Breach::new(pointer.clone(), format!("`{flag}` is not for a container to say"));
            out.breach(breach.help("leave it out").nearest(vec![Change::Set(pointer, silence)], format!("no {flag}")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::apply;
    use crate::request::wire::{ThrottleDevice, WeightDevice};

    fn everything(host: &mut HostConfig) {
        let throttle = || vec![ThrottleDevice { path: "/dev/vda".to_owned(), rate: 1 }];
        host.blkio_weight = 1000;
        host.blkio_weight_device = vec![WeightDevice { path: "/dev/vda".to_owned(), weight: 10 }];
        host.blkio_device_read_bps = throttle();
        host.blkio_device_write_bps = throttle();
        host.blkio_device_read_iops = throttle();
        host.blkio_device_write_iops = throttle();
    }

    #[test]
    fn every_one_of_them_is_taken_away() {
        let mut request = asking(|body| everything(&mut body.host_config));
        let outcome = Bench::new(&RULE, "action = \"rewrite\"").outcome(&request, &facts());
        assert_eq!((outcome.findings.len(), outcome.rewrites.len()), (6, 6));
        apply(&mut request, &outcome.rewrites).unwrap();
        assert_eq!(request.body, asking(|_| {}).body);
    }

    #[test]
    fn silence_passes() {
        assert_eq!(Bench::new(&RULE, "action = \"deny\"").of(|_| {}), "pass");
    }
}
