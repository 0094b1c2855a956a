"""moto's AWS (tests/servers/moto_server.py) as the owner of a remote VPC uses it, in one region, without a library."""

import re
import sys
import urllib.parse
import urllib.request

from custom_resources import REPOSITORY

sys.path.append(str(REPOSITORY / "tests" / "servers"))

from moto_server import MotoServer  # noqa: E402

__all__ = ["MotoCloud", "MotoServer"]

CREDENTIAL = ("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/{region}/ec2/aws4_request, "
              "SignedHeaders=host, Signature=0")


class MotoCloud:
    """The EC2 calls of a user whose signature nobody checks."""

    def __init__(self, url, region):
        self.url = url
        self.region = region

    def _call(self, action, **parameters):
        """Make one call of the EC2 query API and return its XML."""
        body = urllib.parse.urlencode({"Action": action, "Version": "2016-11-15", **parameters}).encode()
        request = urllib.request.Request(self.url, body, {
            "Authorization": CREDENTIAL.format(region=self.region), "Host": f"ec2.{self.region}.amazonaws.com"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read().decode()

    def create(self, cidr):
        """Make a VPC without tags and return its id."""
        return re.search(r"<vpcId>(vpc-[0-9a-f]+)</vpcId>", self._call("CreateVpc", CidrBlock=cidr))[1]

    def tag(self, vpc_id, key):
        """Do what `aws ec2 create-tags` does."""
        self._call("CreateTags", **{"ResourceId.1": vpc_id, "Tag.1.Key": key, "Tag.1.Value": ""})
