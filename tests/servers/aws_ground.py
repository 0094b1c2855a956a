"""A cloud with two accounts and two regions, and boto3 as its client."""

import boto3
from botocore.config import Config

LOCAL, REMOTE = "111111111111", "222222222222"
HOME, AWAY = "eu-central-1", "us-east-1"


class Ground:
    """A cloud with a user in one account and a role in another, seen through boto3."""

    def __init__(self, cloud):
        self.cloud = cloud
        self.user = cloud.user(LOCAL)
        self.role = cloud.role(REMOTE, "Peering", trust=[LOCAL], external_id="blue")
        self.local = cloud.vpc(LOCAL, HOME, ["10.0.0.0/16"], {"Name": "shoot"})
        self.remote = cloud.vpc(REMOTE, AWAY, ["10.1.0.0/16", "fd00:1::/56"], {"shoot": ""})
        self.here = self.client("ec2", HOME)

    def client(self, service, region, keys=None, **options):
        """Return a client of boto3, by default with the user's keys, that does not repeat calls."""
        keys = keys or {"aws_access_key_id": self.user["id"], "aws_secret_access_key": self.user["secret"]}
        config = Config(retries=options.pop("retries", {"total_max_attempts": 1}))
        return boto3.client(service, region_name=region, endpoint_url=self.cloud.url, config=config, **keys, **options)

    def assume(self, **more):
        """Return the keys of the role as boto3 takes them."""
        asked = {"RoleArn": self.role, "RoleSessionName": "test", "ExternalId": "blue", **more}
        keys = self.client("sts", HOME).assume_role(**asked)["Credentials"]
        return {"aws_access_key_id": keys["AccessKeyId"], "aws_secret_access_key": keys["SecretAccessKey"],
                "aws_session_token": keys["SessionToken"]}

    @property
    def there(self):
        """The client of the role in the other account and region."""
        return self.client("ec2", AWAY, self.assume())

    def request(self, **more):
        """Ask for a peering of the two VPCs, and return its id."""
        asked = {"VpcId": self.local, "PeerVpcId": self.remote, "PeerOwnerId": REMOTE, "PeerRegion": AWAY, **more}
        answer = self.here.create_vpc_peering_connection(**asked)
        return answer["VpcPeeringConnection"]["VpcPeeringConnectionId"]

    def active(self):
        """Make an active peering of the two VPCs, and return its id."""
        self.cloud.settings(initiating=0, provisioning=0)
        peering = self.request()
        self.there.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
        return peering

    def look(self, peering, client=None):
        """Return a peering as a client sees it."""
        answer = (client or self.here).describe_vpc_peering_connections(VpcPeeringConnectionIds=[peering])
        return answer["VpcPeeringConnections"][0]

    def status(self, peering, client=None):
        """Return the state of a peering as a client sees it."""
        return self.look(peering, client)["Status"]["Code"]

    def table(self, vpc):
        """Return the id of the main route table of a VPC."""
        return self.cloud.tables(vpc)[0]
