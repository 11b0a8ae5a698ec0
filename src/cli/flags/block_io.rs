//! Weights and ceilings of block devices.

use crate::cli::draft::Draft;
use crate::cli::flag::Flag;
use crate::cli::typed::{Many, Once};
use crate::cli::values::{Said, block_io, number};
use crate::request::wire::{ThrottleDevice, WeightDevice};

/// As typed.
#[derive(Debug, Default)]
pub(crate) struct BlockIo {
    weight: Once<u16>,
    weight_device: Many<WeightDevice>,
    read_bps: Many<ThrottleDevice>,
    write_bps: Many<ThrottleDevice>,
    read_iops: Many<ThrottleDevice>,
    write_iops: Many<ThrottleDevice>,
}

fn weight(text: &str) -> Said<u16> {
    number::uint(text, 16).map(|weight| u16::try_from(weight).unwrap_or(u16::MAX))
}

pub(crate) static FLAGS: &[Flag] = &[
    Flag::value(
        "blkio-weight",
        "uint16",
        "Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)",
        |t, arg| arg.parse(&mut t.block_io.weight, weight),
    ),
    Flag::list("blkio-weight-device", "list", "Block IO weight (relative device weight) (default [])", |t, arg| {
        arg.parse_each(&mut t.block_io.weight_device, block_io::weight)
    }),
    Flag::list("device-read-bps", "list", "Limit read rate (bytes per second) from a device (default [])", |t, arg| {
        arg.parse_each(&mut t.block_io.read_bps, block_io::bytes_per_second)
    }),
    Flag::list("device-write-bps", "list", "Limit write rate (bytes per second) to a device (default [])", |t, arg| {
        arg.parse_each(&mut t.block_io.write_bps, block_io::bytes_per_second)
    }),
    Flag::list("device-read-iops", "list", "Limit read rate (IO per second) from a device (default [])", |t, arg| {
        arg.parse_each(&mut t.block_io.read_iops, block_io::operations_per_second)
    }),
    Flag::list("device-write-iops", "list", "Limit write rate (IO per second) to a device (default [])", |t, arg| {
        arg.parse_each(&mut t.block_io.write_iops, block_io::operations_per_second)
    }),
];

impl BlockIo {
    pub(crate) fn lower(&self, draft: &mut Draft<'_>) {
        draft.put("/HostConfig/BlkioWeight", &self.weight, |b| &mut b.host_config.blkio_weight);
        draft.extend("/HostConfig/BlkioWeightDevice", &self.weight_device, |b| &mut b.host_config.blkio_weight_device);
        draft.extend("/HostConfig/BlkioDeviceReadBps", &self.read_bps, |b| &mut b.host_config.blkio_device_read_bps);
        draft.extend("/HostConfig/BlkioDeviceWriteBps", &self.write_bps, |b| &mut b.host_config.blkio_device_write_bps);
        draft.extend("/HostConfig/BlkioDeviceReadIOps", &self.read_iops, |b| &mut b.host_config.blkio_device_read_iops);
        draft.extend("/HostConfig/BlkioDeviceWriteIOps", &self.write_iops, |b| {
            &mut b.host_config.blkio_device_write_iops
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::cli::testing::{body, refused};

    #[test]
    fn devices_have_weights_and_ceilings() {
        let host =
            body("--blkio-weight 0x1f4 --device-read-bps /dev/sda:1mb --device-write-iops /dev/sda:5 i").host_config;
        assert_eq!(host.blkio_weight, 500);
        assert_eq!(host.blkio_device_read_bps.first().map(|d| d.rate), Some(1 << 20));
        assert_eq!(host.blkio_device_write_iops.first().map(|d| d.rate), Some(5));
        assert!(refused("--blkio-weight 65536 i").contains("strconv.ParseUint: parsing \"65536\": value out of range"));
    }
}
