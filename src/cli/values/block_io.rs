//! Weights and ceilings of block devices: `/dev/sda:100`, `/dev/sda:1mb`.

use super::Said;
use super::number::uint_in;
use super::size;
use crate::request::wire::{ThrottleDevice, WeightDevice};

const BYTES_FORM: &str = "The correct format is <device-path>:<number>[<unit>]. Number must be a positive integer. \
                          Unit is optional and can be kb, mb, or gb";
const COUNT_FORM: &str = "The correct format is <device-path>:<number>. Number must be a positive integer";

/// `--blkio-weight-device`.
pub(crate) fn weight(text: &str) -> Said<WeightDevice> {
    let (path, weight) = device(text)?;
    let weight = uint_in(weight, 10, 16).ok().filter(|w| matches!(w, 0 | 10..=1000));
    let weight =
        weight.and_then(|w| u16::try_from(w).ok()).ok_or_else(|| format!("invalid weight for device: {text}"))?;
    Ok(WeightDevice { path, weight })
}

/// `--device-read-bps`, `--device-write-bps`.
pub(crate) fn bytes_per_second(text: &str) -> Said<ThrottleDevice> {
    let (path, rate) = device(text)?;
    let rate = size::bytes(rate).ok().and_then(|rate| u64::try_from(rate).ok());
    let rate = rate.ok_or_else(|| format!("invalid rate for device: {text}. {BYTES_FORM}"))?;
    Ok(ThrottleDevice { path, rate })
}

/// `--device-read-iops`, `--device-write-iops`.
pub(crate) fn operations_per_second(text: &str) -> Said<ThrottleDevice> {
    let (path, rate) = device(text)?;
    let rate = uint_in(rate, 10, 64).map_err(|_| format!("invalid rate for device: {text}. {COUNT_FORM}"))?;
    Ok(ThrottleDevice { path, rate })
}

fn device(text: &str) -> Said<(String, &str)> {
    match text.split_once(':') {
        None | Some(("", _)) => Err(format!("bad format: {text}")),
        Some((path, _)) if !path.starts_with("/dev/") => Err(format!("bad format for device path: {text}")),
        Some((path, rest)) => Ok((path.to_owned(), rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_is_zero_or_10_to_1000() {
        assert_eq!(weight("/dev/sda:100"), Ok(WeightDevice { path: "/dev/sda".to_owned(), weight: 100 }));
        for bad in ["/dev/sda:9", "/dev/sda:", "/dev/sda:abc", "/dev/sda:1001"] {
            assert_eq!(weight(bad), Err(format!("invalid weight for device: {bad}")));
        }
        assert_eq!(weight("/dev/sda"), Err("bad format: /dev/sda".to_owned()));
        assert_eq!(weight("sda:100"), Err("bad format for device path: sda:100".to_owned()));
    }

    #[test]
    fn rates_have_units_only_where_they_are_bytes() {
        assert_eq!(bytes_per_second("/dev/sda:1.5g").map(|d| d.rate), Ok(1_610_612_736));
        assert_eq!(operations_per_second("/dev/sda:1000").map(|d| d.rate), Ok(1000));
        for bad in ["/dev/sda:1k", "/dev/sda:-1", "/dev/sda:0x10"] {
            assert!(operations_per_second(bad).is_err(), "{bad}");
        }
        assert!(bytes_per_second("/dev/sda:fast").is_err_and(|e| e.ends_with("can be kb, mb, or gb")));
    }
}
