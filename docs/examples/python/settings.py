"""Where the mesh is and who this process is there: bilten.toml, and the key folder it names."""
import os
import tomllib
from dataclasses import dataclass


@dataclass
class Settings:
    brokers: list          # [(endpoint, public key)]
    events_subscribe: str
    events_key: bytes
    public: bytes
    secret: bytes

    @staticmethod
    def load(config, principal):
        """KEYS/<principal>.key holds this process's pair, KEYS/public.toml everybody's public
        key: lines `name = "40 characters of Z85"`."""
        with open(config, "rb") as file:
            mesh = tomllib.load(file)["mesh"]
        with open(os.path.join(mesh["keys"], "public.toml"), "rb") as file:
            # Sections hold keys of before a rotation, and revoked ones.
            public = {name: key.encode() for name, key in tomllib.load(file).items()
                      if isinstance(key, str)}
        with open(os.path.join(mesh["keys"], principal + ".key"), "rb") as file:
            own = {name: key.encode() for name, key in tomllib.load(file).items()}
        brokers = []
        for entry in mesh["brokers"]:  # "tcp://host:port" or "principal@tcp://host:port"
            name, _, endpoint = entry.rpartition("@")
            brokers.append((endpoint, public[name or "broker"]))
        return Settings(brokers, mesh["events_subscribe"], public["events"], own["public"],
                        own["secret"])
