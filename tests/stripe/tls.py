"""A certificate for a server of the loopback, and the authority that vouches for it; new each time."""
import datetime
import ipaddress
import pathlib
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def name_of(words):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


def certificate(subject, public_key, issuer, issuer_key, extension):
    now = datetime.datetime.utcnow()
    builder = (x509.CertificateBuilder().subject_name(name_of(subject)).issuer_name(name_of(issuer))
               .public_key(public_key).serial_number(x509.random_serial_number())
               .not_valid_before(now - datetime.timedelta(days=1))
               .not_valid_after(now + datetime.timedelta(days=1)))
    return builder.add_extension(extension, critical=True).sign(issuer_key, hashes.SHA256())


def context_in(folder, address):
    """A server's side for `address`; folder/ca.pem is the authority's certificate."""
    folder = pathlib.Path(folder)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = certificate("a test's authority", authority_key.public_key(), "a test's authority",
                            authority_key, x509.BasicConstraints(ca=True, path_length=0))
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    own = certificate("a test's server", key.public_key(), "a test's authority", authority_key, names)
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(authority.public_bytes(pem))
    chain = folder / "server.pem"
    chain.touch(mode=0o600)
    chain.write_bytes(own.public_bytes(pem) + key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context
