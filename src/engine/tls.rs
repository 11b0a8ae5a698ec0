//! TLS to an engine: whom we trust, who we are, and docker's words for what goes wrong.

use std::fmt;
use std::io;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring as by_ring, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::pem::{Error as PemError, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use super::endpoint::EndpointError;

/// Who may answer.
#[derive(Debug, Clone, Copy)]
pub enum Trust<'a> {
    /// Whom these authorities vouch for, a PEM text.
    Authorities(&'a [u8]),
    /// The same, from a system's list, which may hold what is not understood.
    System(&'a [u8]),
    /// Anybody; the connection is secret and may be with the wrong one.
    Anybody,
}

/// Everything that connections with TLS have in common.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ClientConfig>,
}

impl fmt::Debug for Tls {
    /// Nothing of the keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

impl PartialEq for Tls {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.config, &other.config)
    }
}

impl Eq for Tls {}

impl Tls {
    /// From PEM texts: whom we trust, and our own certificate with its key.
    ///
    /// # Errors
    /// Texts that are no certificates or keys, in docker's words.
    pub fn new(trust: Trust<'_>, identity: Option<(&[u8], &[u8])>) -> Result<Self, EndpointError> {
        let provider = Arc::new(by_ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|why| unusable(&why))?
            .dangerous()
            .with_custom_certificate_verifier(verifier(trust, &provider)?);
        let config = match identity {
            None => builder.with_no_client_auth(),
            Some((cert, key)) => {
                let (chain, key) = (chain(cert)?, private_key(key)?);
                builder.with_client_auth_cert(chain, key).map_err(|why| unusable(&why))?
            }
        };
        Ok(Self { config: Arc::new(config) })
    }

    /// Agrees on keys over a connection; whoever answers is checked here.
    pub(super) async fn connect(&self, host: &str, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        TlsConnector::from(Arc::clone(&self.config)).connect(name, stream).await
    }
}

fn invalid(why: &str) -> EndpointError {
    EndpointError::Unusable(format!("failed to retrieve context tls info: {why}"))
}

fn unusable(why: &Error) -> EndpointError {
    match why {
        Error::InconsistentKeys(_) => invalid("tls: private key does not match public key"),
        Error::General(_) => invalid("tls: failed to parse private key"),
        other => invalid(&format!("tls: {other}")),
    }
}

fn verifier(trust: Trust<'_>, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, EndpointError> {
    let mut roots = RootCertStore::empty();
    match trust {
        Trust::Anybody => return Ok(Arc::new(Unchecked(Arc::clone(provider)))),
        Trust::System(text) => {
            roots.add_parsable_certificates(CertificateDer::pem_slice_iter(text).filter_map(Result::ok));
        }
        Trust::Authorities(text) => {
            roots.add_parsable_certificates(CertificateDer::pem_slice_iter(text).filter_map(Result::ok));
            if roots.is_empty() {
                return Err(invalid("ca.pem seems invalid"));
            }
        }
    }
    if roots.is_empty() {
        return Err(invalid("this machine has no list of trusted authorities: name one with --tlscacert"));
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build();
    Ok(verifier.map_err(|why| invalid(&why.to_string()))?)
}

fn chain(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, EndpointError> {
    let chain: Result<Vec<_>, PemError> = CertificateDer::pem_slice_iter(text).collect();
    match chain {
        Ok(chain) if chain.is_empty() && private_key(text).is_ok() => Err(invalid(
            "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may \
             have been switched",
        )),
        Ok(chain) if chain.is_empty() => Err(invalid("tls: failed to find any PEM data in certificate input")),
        Ok(chain) => Ok(chain),
        Err(why) => Err(invalid(&format!("tls: {why}"))),
    }
}

fn private_key(text: &[u8]) -> Result<PrivateKeyDer<'static>, EndpointError> {
    let has = |words: &[u8]| text.windows(words.len()).any(|window| window == words);
    if has(b"Proc-Type: 4,ENCRYPTED") {
        return Err(EndpointError::Unusable(
            "private key is encrypted - support for encrypted private keys has been removed, see \
             https://docs.docker.com/go/deprecated/"
                .to_owned(),
        ));
    }
    PrivateKeyDer::from_pem_slice(text).map_err(|_| match has(b"-----BEGIN ") {
        true => invalid("tls: failed to parse private key"),
        false => EndpointError::Unusable("no valid private key found".to_owned()),
    })
}

/// Takes whoever answers, as long as they hold the key of the certificate that they show.
#[derive(Debug)]
struct Unchecked(Arc<CryptoProvider>);

impl ServerCertVerifier for Unchecked {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(trust: Trust<'_>, identity: Option<(&[u8], &[u8])>) -> String {
        Tls::new(trust, identity).unwrap_err().to_string()
    }

    fn own() -> (String, String) {
        let key = rcgen::KeyPair::generate().unwrap();
        let cert = rcgen::CertificateParams::new(vec!["x".to_owned()]).unwrap().self_signed(&key).unwrap();
        (cert.pem(), key.serialize_pem())
    }

    #[test]
    fn texts_that_are_no_keys_are_told_in_dockers_words() {
        let (cert, key) = own();
        let (_, other) = own();
        let own = |cert: &str, key: &str| refused(Trust::Anybody, Some((cert.as_bytes(), key.as_bytes())));
        let lead = "failed to retrieve context tls info: ";
        assert_eq!(refused(Trust::Authorities(b"junk"), None), format!("{lead}ca.pem seems invalid"));
        assert_eq!(own("junk", &key), format!("{lead}tls: failed to find any PEM data in certificate input"));
        assert!(own(&key, &key).ends_with("but did find a private key; PEM inputs may have been switched"));
        assert_eq!(own(&cert, "junk"), "no valid private key found");
        assert_eq!(own(&cert, &other), format!("{lead}tls: private key does not match public key"));
        let locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
        assert_eq!(own(&cert, locked), format!("{lead}tls: failed to parse private key"));
        let old = "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END EC PRIVATE KEY-----\n";
        assert!(own(&cert, old).starts_with("private key is encrypted"));
        assert!(Tls::new(Trust::Authorities(cert.as_bytes()), Some((cert.as_bytes(), key.as_bytes()))).is_ok());
    }

    #[test]
    fn without_any_authority_nobody_is_trusted() {
        assert!(refused(Trust::System(b""), None).contains("no list of trusted authorities"));
    }

    #[test]
    fn nothing_of_the_keys_is_shown() {
        assert_eq!(format!("{:?}", Tls::new(Trust::Anybody, None).unwrap()), "Tls");
    }
}
