"""Random objects, many of them hostile, at /mutate: every patch applies, and a second pass patches nothing."""

import copy
import json
import os
import random
import time

import pytest

from objects import KUBE_OVN, KYMA, PEERWARDEN, shoot_info, subnet, thing, vpc
from scenario_folder import FolderWay
from scenario_definitions import resources

SEED = int(os.environ.get("PEERWARDEN_SEED", time.time()))
CASES = int(os.environ.get("PEERWARDEN_CASES", 600))
AUTO = "peerwarden.io/auto"
ARM = "/Subscriptions/11111111-2222-3333-4444-555555555555/resourcegroups/rg/providers/Microsoft.network/{}"

ODD = [None, 7, 12345678901, True, "", " ", [], {}, [None], {"0": {"cidr": "10.0.0.1/8"}}, "nonsense",
       "a\n\x7f\u00e4~/"]
WANTED = ["links", "routes", "links,routes", " routes , links,bogus", "LINKS", *ODD]
VPCS = ["left", "right", "hub", " hub", "nobody"]
ENDS = ["auto", "auto", " auto", "169.254.0.1/30", "169.254.0.1/030, FD69::1/126", "169.254.9.2/30,fd69:0::2/126"]
NETWORKS = ["10.1.2.3/16", " 10.1.0.0/016", "FD00:1::1/64", "fd00:1::/64,10.1.0.1/24", "10.1.0.0/24, FD00:1::/064"]
HOPS = ["169.254.0.2", " 169.254.0.2", "FD69::2", "::ffff:10.0.0.1", "10.0.0.001"]
IDS = ["vpc-0A1B2C3D4E5F60718", " vpc-0a1b2c3d4e5f60718", ARM.format("virtualnetworks/n"),
       ARM.format("privateDnsZones/a.example"), ARM.format("dnsforwardingrulesets/r")]
MOST_ODD = 0.08


class Chance:
    """Random parts of objects."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def one(self, usual):
        """Return one of the usual values, or something that nobody expects."""
        return copy.deepcopy(self.random.choice(ODD if self.random.random() < MOST_ODD else usual))

    def some(self, **members):
        """Return an object with some of its members."""
        return {name: value for name, value in members.items() if self.random.random() < 0.8}

    def list(self, make, most):
        """Return a list of made values, now and then with an odd one or a copy."""
        made = [self.one([make()]) for _ in range(self.random.randint(0, most))]
        return made + [copy.deepcopy(each) for each in made if self.random.random() < 0.2]

    def metadata(self):
        """Return labels and annotations, or odd things in their place."""
        return self.some(labels=self.one([{}, {"peerwarden.io/shoot": self.one(["c-513b462", "other"])}]),
                         annotations=self.one([{AUTO: self.random.choice(WANTED)}]))

    def route(self):
        """Return a static route."""
        return self.some(cidr=self.one(NETWORKS), nextHopIP=self.one(HOPS),
                         policy=self.one(["policyDst", "policySrc", ""]),
                         routeTable=self.one(["", "a"]), ecmpMode=self.one(["", "ecmp"]))

    def peering(self):
        """Return an entry of a Vpc's peerings."""
        return self.some(remoteVpc=self.one(VPCS), localConnectIP=self.one(ENDS))

    def specs(self):
        """Return a kind of each sort with a random spec."""
        return {
            (KUBE_OVN, "Vpc"): self.some(
                vpcPeerings=self.one([self.list(self.peering, 4)]), staticRoutes=self.one([self.list(self.route, 6)]),
                bfdPort=self.one([{"enabled": True, "ip": self.one(HOPS)}])),
            (KUBE_OVN, "Subnet"): self.some(vpc=self.one(VPCS), cidrBlock=self.one(NETWORKS),
                                            gateway=self.one(["10.1.0.1", "fd00:1::1,10.1.0.1", *HOPS])),
            (KYMA, "AwsVpcPeering"): self.some(remoteVpcId=self.one(IDS), remoteRegion=self.one([" eu-west-1"]),
                                               remoteAccountId=self.one([12345678901, "123456789012"])),
            (KYMA, "AzureVpcPeering"): self.some(remoteVnet=self.one(IDS), remotePeeringName=self.one(["a"])),
            (KYMA, "AzureVpcDnsLink"): self.some(remotePrivateDnsZone=self.one(IDS), remoteLinkName=self.one(["a"])),
            (KYMA, "GcpVpcPeering"): self.some(remoteVpc=self.one([" default"]),
                                               remoteProject=self.one([" my-project"])),
            (KYMA, "IpRange"): self.some(cidr=self.one(NETWORKS)),
            (PEERWARDEN, "RemoteNetwork"): self.some(cidrs=self.one([self.list(lambda: self.one(NETWORKS), 3)]),
                                                     aws=self.one([{"vpcId": self.one(IDS)}])),
        }

    def thing(self):
        """Return an object."""
        (version, kind), spec = self.random.choice(list(self.specs().items()))
        return thing(version, kind, self.random.choice(["left", "right", "new"]), self.one([spec]), **self.metadata())

    def changed(self, made):
        """Return an earlier state of an object."""
        old = copy.deepcopy(made)
        other = next(spec for sort, spec in self.specs().items() if sort == (made["apiVersion"], made["kind"]))
        if isinstance(old.get("spec"), dict):
            old["spec"].update(other)
        return self.random.choice([old, made])


@pytest.fixture(scope="module")
def mend(new_webhook, tmp_path_factory):
    """A function that returns an object as a webhook that knows a few others wants it to be stored."""
    folder = tmp_path_factory.mktemp("inventory")
    known = [shoot_info(), vpc("hub", [("left", "169.254.0.1/30")]), vpc("right", [("left", "169.254.8.2/30")]),
             subnet("one", "left", "10.20.0.0/24"), subnet("two", "right", "10.21.0.0/24,fd21::/64"),
             *(subnet(f"hub-{number}", "hub", f"10.22.{number}.0/24") for number in range(8))]
    (folder / "objects.yaml").write_text("\n---\n".join(map(json.dumps, known)))
    webhook = new_webhook(None, "--inventory", folder)
    way = FolderWay(webhook, tmp_path_factory.mktemp("policy") / "policy.yaml", folder, resources())
    way.start()
    yield way.mend
    webhook.stop()


def test_every_patch_applies_and_a_second_pass_patches_nothing(mend):
    mended = 0
    for seed in range(SEED, SEED + CASES):
        chance = Chance(seed)
        made = chance.thing()
        said = f"PEERWARDEN_SEED={seed} PEERWARDEN_CASES=1\n{json.dumps(made)}"
        try:
            stored = mend("CREATE", made, None)
            mended += stored != made
            assert mend("CREATE", stored, None) == stored, said
            assert mend("UPDATE", stored, stored) == stored, said
            old = chance.changed(made)
            updated = mend("UPDATE", made, old)
            assert mend("UPDATE", updated, old) == updated, f"{said}\nin place of {json.dumps(old)}"
        except (AssertionError, KeyError, IndexError, TypeError) as failure:
            raise AssertionError(f"{failure}\n{said}") from failure
    assert CASES < 100 or mended > CASES / 4, mended
