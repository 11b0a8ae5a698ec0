//! Docker's words for what goes wrong with TLS.

use jiff::Timestamp;
use tokio_rustls::rustls::pki_types::{ServerName, UnixTime};
use tokio_rustls::rustls::{AlertDescription as Alert, CertificateError, Error, InvalidMessage};

/// What docker says of it, after the name of the request.
pub(super) fn words(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(why) => {
            format!("tls: failed to verify certificate: x509: {}", certificate(why))
        }
        Error::AlertReceived(alert) => format!("remote error: tls: {}", alert_words(*alert)),
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "tls: first record does not look like a TLS handshake".to_owned()
        }
        other => format!("tls: {other}"),
    }
}

fn certificate(why: &CertificateError) -> String {
    match why {
        CertificateError::UnknownIssuer => "certificate signed by unknown authority".to_owned(),
        CertificateError::ExpiredContext { time, not_after } => {
            format!(
                "certificate has expired or is not yet valid: current time {} is after {}",
                at(*time),
                at(*not_after)
            )
        }
        CertificateError::NotValidYetContext { time, not_before } => format!(
            "certificate has expired or is not yet valid: current time {} is before {}",
            at(*time),
            at(*not_before)
        ),
        CertificateError::NotValidForNameContext { expected, presented } => wrong_name(expected, presented),
        other => other.to_string(),
    }
}

fn at(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).map_or_else(|_| format!("@{seconds}"), |time| time.to_string())
}

/// `presented` holds `DnsName("a")` and `IpAddress(1.2.3.4)`; docker counts those of the kind that was asked for.
fn wrong_name(expected: &ServerName<'_>, presented: &[String]) -> String {
    let of = |before: &str, after: &str| {
        let names = presented.iter().filter_map(|name| name.strip_prefix(before)?.strip_suffix(after));
        names.collect::<Vec<_>>().join(", ")
    };
    let host = expected.to_str();
    if matches!(expected, ServerName::IpAddress(_)) {
        return match of("IpAddress(", ")").as_str() {
            "" => format!("cannot validate certificate for {host} because it doesn't contain any IP SANs"),
            names => format!("certificate is valid for {names}, not {host}"),
        };
    }
    match of("DnsName(\"", "\")").as_str() {
        "" => format!("certificate is not valid for any names, but wanted to match {host}"),
        names => format!("certificate is valid for {names}, not {host}"),
    }
}

/// Go's words for an alert.
fn alert_words(alert: Alert) -> String {
    match alert {
        Alert::CloseNotify => "close notify",
        Alert::UnexpectedMessage => "unexpected message",
        Alert::BadRecordMac => "bad record MAC",
        Alert::RecordOverflow => "record overflow",
        Alert::HandshakeFailure => "handshake failure",
        Alert::BadCertificate => "bad certificate",
        Alert::UnsupportedCertificate => "unsupported certificate",
        Alert::CertificateRevoked => "revoked certificate",
        Alert::CertificateExpired => "expired certificate",
        Alert::CertificateUnknown => "unknown certificate",
        Alert::IllegalParameter => "illegal parameter",
        Alert::UnknownCA => "unknown certificate authority",
        Alert::AccessDenied => "access denied",
        Alert::DecodeError => "error decoding message",
        Alert::DecryptError => "error decrypting message",
        Alert::ProtocolVersion => "protocol version not supported",
        Alert::InsufficientSecurity => "insufficient security level",
        Alert::InternalError => "internal error",
        Alert::UserCanceled => "user canceled",
        Alert::NoRenegotiation => "no renegotiation",
        Alert::MissingExtension => "missing extension",
        Alert::UnsupportedExtension => "unsupported extension",
        Alert::UnrecognisedName => "unrecognized name",
        Alert::CertificateRequired => "certificate required",
        Alert::NoApplicationProtocol => "no application protocol",
        other => return format!("alert({})", u8::from(other)),
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(host: &'static str, presented: &[&str]) -> String {
        let expected = ServerName::try_from(host).unwrap();
        wrong_name(&expected, &presented.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_wrong_name_is_told_with_the_right_ones() {
        let all = ["DnsName(\"a.b\")", "DnsName(\"*.c\")", "IpAddress(10.0.0.1)"];
        assert_eq!(named("h", &all), "certificate is valid for a.b, *.c, not h");
        assert_eq!(named("127.0.0.1", &all), "certificate is valid for 10.0.0.1, not 127.0.0.1");
        assert_eq!(named("h", &[]), "certificate is not valid for any names, but wanted to match h");
        assert_eq!(
            named("127.0.0.1", &["DnsName(\"a\")"]),
            "cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs"
        );
    }

    #[test]
    fn times_and_alerts_are_as_go_writes_them() {
        let time = |seconds| UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
        let expired = CertificateError::ExpiredContext { time: time(1_700_000_000), not_after: time(1_609_459_200) };
        assert_eq!(
            words(&Error::InvalidCertificate(expired)),
            "tls: failed to verify certificate: x509: certificate has expired or is not yet valid: \
             current time 2023-11-14T22:13:20Z is after 2021-01-01T00:00:00Z"
        );
        assert_eq!(words(&Error::AlertReceived(Alert::UnknownCA)), "remote error: tls: unknown certificate authority");
        assert_eq!(words(&Error::AlertReceived(Alert::Unknown(200))), "remote error: tls: alert(200)");
    }
}
