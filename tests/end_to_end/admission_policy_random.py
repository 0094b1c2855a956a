"""Random objects of the kinds that the ValidatingAdmissionPolicies guard: most parts are good, some are not."""

from admission_policy_objects import KINDS, of_kind

GOOD_PART = 0.9
SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"


class Dice:
    """Parts of specs, drawn from a source of chance."""

    def __init__(self, chance):
        self.chance = chance

    def one_of(self, good, bad):
        """Return mostly a good one."""
        return self.chance.choice(good if self.chance.random() < GOOD_PART else bad)

    def some(self, **parts):
        """Return a spec in which now and then a part is missing."""
        return {name: part for name, part in parts.items() if self.chance.random() < GOOD_PART}

    def address(self):
        """Return the text of an address."""
        return self.one_of(
            ["169.254.0.1", "169.254.0.2", "10.0.0.1", "172.31.0.9", "100.64.0.3", "240.0.0.1", "fd69::1", "fd69::2",
             "FD69::A", "fd69:0:0:0:0:0:0:1", "2001:db8::1", "64:ff9b::1.2.3.4"],
            ["0.0.0.0", "0.0.0.1", "127.0.0.1", "224.0.0.1", "255.255.255.255", "10.0.0.0", "10.0.0.255", "1.2.3",
             "01.2.3.4", "256.1.1.1", "::", "::1", "fe80::1", "ff02::1", "::ffff:10.0.0.1", "fe80::1%eth0", "fd69:::1",
             "fd00:1:2:3:4:5:6:7:8", "febf::1", "x", ""])

    def prefix(self):
        """Return the text of an address and its prefix length."""
        address = self.address()
        good = ["126", "64", "127", "48"] if ":" in address else ["30", "29", "24", "16", "31"]
        return address + "/" + self.one_of(good, ["0", "1", "7", "8", "32", "33", "128", "129", "030", "-1", "", " 30"])

    def listed(self, part):
        """Return one or several parts with commas between them."""
        text = part()
        while self.chance.random() < 0.2:
            text += self.one_of([","], [", ", " ,", ",,"]) + part()
        return self.one_of([text], [" " + text, text + " ", text + ",", ","])

    def vpc_name(self):
        """Return the name of a VPC."""
        return self.one_of(["vpc-2", "vpc-3", "vpc-4", "vpc-5", "a.b"],
                           ["try", "ovn-cluster", "VPC", "", "-x", "x-", " vpc-2", "external", "a..b", "vpc_2"])

    def name(self):
        """Return the name of a peering, link, project or network."""
        return self.one_of(["to-kyma", "my-project"],
                           ["a", "A", "x-", "-x", "", "1a", "to.kyma",
                            *(size * "a" for size in (30, 31, 63, 64, 80, 81))])

    def arm_id(self, kind):
        """Return the id of a resource of Azure."""
        return "/".join(["", self.one_of(["subscriptions"], ["Subscriptions"]), self.one_of([SUBSCRIPTION], ["x"]),
                         self.one_of(["resourceGroups"], ["resourcegroups"]), self.one_of(["rg"], ["", "r g", "r;g"]),
                         "providers", self.one_of(["Microsoft.Network"], ["microsoft.network", "Microsoft.Compute"]),
                         self.one_of([kind], ["virtualNetworks", "privateDnsZones", "dnsForwardingRulesets", "x"]),
                         self.one_of(["example.com", "a.b.c"],
                                     ["local", ".com", "Azure.COM", "x..y", "x.", "", "v/w"])])

    def tenant(self):
        """Return the id of a tenant."""
        return self.one_of([SUBSCRIPTION, SUBSCRIPTION.upper()], ["", "mine"])

    def many(self, part, most):
        """Return a list of parts."""
        return [part() for _ in range(self.chance.randint(0, most))]

    def peering(self):
        """Return a peering of a Vpc."""
        return self.some(remoteVpc=self.vpc_name(), localConnectIP=self.listed(self.prefix))

    def route(self):
        """Return a static route."""
        return self.some(cidr=self.chance.choice([self.prefix, self.address])(), nextHopIP=self.address(),
                         policy=self.one_of(["policyDst", "policySrc", ""], ["dst"]),
                         routeTable=self.chance.choice(["", "t"]), bfdId=self.one_of([""], ["x"]))

    def policy_route(self):
        """Return a policy route."""
        return self.some(priority=self.one_of([0, 100, 32767], [32768, -1]), match="ip4",
                         action=self.one_of(["allow", "drop", "reroute"], ["x", ""]),
                         nextHopIP=self.listed(self.address))

    def spec(self, kind):
        """Return the spec of an object."""
        return {
            "Vpc": lambda: self.some(
                vpcPeerings=self.many(self.peering, 3), staticRoutes=self.many(self.route, 2),
                policyRoutes=self.many(self.policy_route, 1), enableExternal=self.one_of([False], [True]),
                extraExternalSubnets=self.many(self.vpc_name, 1),
                bfdPort={"enabled": self.one_of([False], [True]), "ip": self.listed(self.address)}),
            "Subnet": lambda: self.some(
                vpc=self.vpc_name(), cidrBlock=self.listed(self.prefix), gateway=self.listed(self.address),
                vlan=self.chance.choice(["", "v"])),
            "IpRange": lambda: self.some(cidr=self.prefix()),
            "AwsVpcPeering": lambda: self.some(
                remoteAccountId=self.one_of(["123456789012"], ["12345678901", "12345678901a", "", " 123456789012"]),
                remoteRegion=self.one_of(["eu-west-1", "us-gov-west-1"],
                                         ["eu", "eu-west", "abcde-west-1", "eu--1", ""]),
                remoteVpcId=self.one_of(["vpc-0a1b2c3d", "vpc-0a1b2c3d4e5f60718"], ["vpc-1", "subnet-0a1b2c3d", ""])),
            "GcpVpcPeering": lambda: self.some(
                remotePeeringName=self.name(), remoteProject=self.name(), remoteVpc=self.name()),
            "AzureVpcPeering": lambda: self.some(
                remotePeeringName=self.name(), remoteVnet=self.arm_id("virtualNetworks"), remoteTenant=self.tenant()),
            "AzureVpcDnsLink": lambda: {
                **self.some(remoteLinkName=self.name(), remoteTenant=self.tenant()),
                **self.one_of([{"remotePrivateDnsZone": self.arm_id("privateDnsZones")},
                               {"remoteDnsResolverRuleset": self.arm_id("dnsForwardingRulesets")}],
                              [{}, {"remotePrivateDnsZone": "", "remoteDnsResolverRuleset": ""}])},
        }[kind]()

    def thing(self):
        """Return an object."""
        kind = self.chance.choice([*KINDS, "Vpc", "Vpc", "Vpc", "Subnet"])
        return of_kind(kind, self.spec(kind))
