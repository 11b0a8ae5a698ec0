//! Certificates made for one test, and a port with TLS before an engine's socket.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, UnixStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion, version};

/// Who vouches for others.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key.
pub(crate) struct Identity {
    cert: rcgen::Certificate,
    key: KeyPair,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// For a server or a client with these names, from now until a year.
    pub(crate) fn vouch(&self, names: &[&str], until: i32) -> Identity {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(until, 1, 1);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate().unwrap();
        Identity { cert: params.signed_by(&key, &self.0).unwrap(), key }
    }

    /// A directory as `DOCKER_CERT_PATH` wants it.
    pub(crate) fn write(&self, directory: &Path, own: Option<&Identity>) -> PathBuf {
        fs::create_dir_all(directory).unwrap();
        fs::write(directory.join("ca.pem"), self.0.pem()).unwrap();
        if let Some(Identity { cert, key }) = own {
            fs::write(directory.join("cert.pem"), cert.pem()).unwrap();
            fs::write(directory.join("key.pem"), key.serialize_pem()).unwrap();
        }
        directory.to_owned()
    }
}

/// Which TLS a front speaks, and whom it lets in.
pub(crate) struct Front<'a> {
    pub(crate) server: &'a Identity,
    /// Only clients that this one vouches for.
    pub(crate) clients: Option<&'a Authority>,
    pub(crate) newest: &'static SupportedProtocolVersion,
}

impl<'a> Front<'a> {
    pub(crate) fn new(server: &'a Identity) -> Self {
        Self { server, clients: None, newest: &version::TLS13 }
    }

    /// Serves until the test ends; gives the port.
    pub(crate) fn before(&self, socket: PathBuf) -> u16 {
        let provider = Arc::new(default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_protocol_versions(&[self.newest]).unwrap();
        let builder = match self.clients {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.0.der().clone()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
                builder.with_client_cert_verifier(verifier.unwrap())
            }
        };
        let key = PrivateKeyDer::Pkcs8(self.server.key.serialize_der().into());
        let config = builder.with_single_cert(vec![self.server.cert.der().clone()], key).unwrap();
        let (tell, port) = std::sync::mpsc::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap().port()).unwrap();
                let acceptor = TlsAcceptor::from(Arc::new(config));
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    let (acceptor, socket) = (acceptor.clone(), socket.clone());
                    tokio::spawn(async move {
                        let Ok(mut secret) = acceptor.accept(stream).await else { return };
                        let mut plain = UnixStream::connect(&socket).await.unwrap();
                        let _ = tokio::io::copy_bidirectional(&mut secret, &mut plain).await;
                        let _ = secret.shutdown().await;
                    });
                }
            });
        });
        port.recv().unwrap()
    }
}
