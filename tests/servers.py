"""An Elasticsearch server of a test's own, with passwords and TLS, that may be killed and started again."""

import datetime as dt
import ipaddress
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from elasticsearch import Elasticsearch

_NOBODY = 65534
_PASSWORD = "only-for-tests"
_LATEST_S = 240
_JAVA = ("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=${ES_TMPDIR}")
_CONFIG = """
discovery.type: single-node
network.host: 127.0.0.1
http.port: {port}
transport.port: 0
path.data: {folder}/data
path.logs: {folder}/logs
xpack.ml.enabled: false
xpack.security.enabled: true
xpack.security.enrollment.enabled: false
xpack.security.autoconfiguration.enabled: false
xpack.security.http.ssl.enabled: true
xpack.security.http.ssl.key: server.key
xpack.security.http.ssl.certificate: server.crt
ingest.geoip.downloader.enabled: false
cluster.routing.allocation.disk.threshold_enabled: false
thread_pool.write.queue_size: 2
indices.lifecycle.poll_interval: 1s
"""


@dataclass
class OwnServer:
    """A server from the unpacked program at ``home``, with all it writes in ``folder``; it runs as nobody under root."""

    home: Path
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def certificate(self) -> Path:
        return self.folder / "config" / "server.crt"

    @property
    def administrator(self) -> Elasticsearch:
        return Elasticsearch(self.url, basic_auth=("admin", _PASSWORD), ca_certs=str(self.certificate))

    def start(self) -> None:
        """Start the server and wait until it answers."""
        program = [str(self.home / "bin" / "elasticsearch")]
        told = {"ES_PATH_CONF": str(self.folder / "config"), "ES_TMPDIR": str(self.folder), "HOME": str(self.folder)}
        user = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
        with (self.folder / "output").open("ab") as output:
            self.process = subprocess.Popen(  # type: ignore[call-overload] # the options of a user
                *(program,), cwd=self.folder, env={"PATH": os.environ["PATH"], **told}, start_new_session=True,
                stdout=output, stderr=subprocess.STDOUT, **user,
            )  # fmt: skip
        deadline = time.monotonic() + _LATEST_S
        while not self._answers():
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(0.5)
                raise AssertionError((self.folder / "output").read_text()[-2000:])
            assert time.monotonic() < deadline, (self.folder / "output").read_text()[-2000:]

    def kill(self) -> None:
        """End the server as a power cut would."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def _answers(self) -> bool:
        with suppress(httpx.TransportError):
            health = f"{self.url}/_cluster/health?wait_for_status=yellow&timeout=1s"
            answer = httpx.get(health, auth=("admin", _PASSWORD), verify=False, timeout=5)  # noqa: S501 # a certificate of our own
            return answer.status_code == 200
        return False


@contextmanager
def own_server(home: Path) -> Iterator[OwnServer]:
    """Give a running server that ends with the block, and all it wrote with it."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="factdesk-elastic-"))  # pytest's own folders are closed to nobody
    server = OwnServer(home, folder, port)
    try:
        _configure(server)
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder)


def _configure(server: OwnServer) -> None:
    config = server.folder / "config"
    config.mkdir()
    shutil.copy(server.home / "config" / "log4j2.properties", config)
    (config / "jvm.options").write_text("\n".join(_JAVA) + "\n")
    (config / "elasticsearch.yml").write_text(_CONFIG.format(port=server.port, folder=server.folder))
    (config / "users").write_text(f"admin:{_PASSWORD}\n")
    (config / "users_roles").write_text("superuser:admin\n")
    _certify(config)
    server.folder.chmod(0o755)
    if os.getuid() == 0:
        for path in (server.folder, *server.folder.rglob("*")):
            os.chown(path, _NOBODY, _NOBODY)


def _certify(folder: Path) -> None:
    """Write a key and a certificate for 127.0.0.1 that is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A test's own server")])
    now = dt.datetime.now(dt.UTC)
    places = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=1))
    made = made.not_valid_after(now + dt.timedelta(days=2)).add_extension(places, critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    (folder / "server.crt").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.key").write_bytes(key.private_bytes(*form))
