/* Prints the HTML report of a made-up cluster, for the tests in a browser:
 *     report.sample_page SPOKES FINDINGS
 * With so many networks around a hub, a full mesh, a pair and a hostile name beside them. */
#include <stdlib.h>

#include "report/report_html.h"
#include "tests/report/sample.h"

#define HOSTILE                                                                                    \
	"<script>alert(1)</script>\"'&\xe2\x80\xae"                                                \
	"evil"

static const struct field cidr_block = {"spec.cidrBlock", 0};

static void
add_spokes(struct sample *sample, unsigned spokes)
{
	const char *peers = "team-a";

	for (unsigned i = 0; i < spokes; i++) {
		const char *name = arena_printf(sample->arena, "spoke-%03u", i);
		const char *cidr = arena_printf(
			sample->arena, "10.%u.%u.0/24", i < 128 ? i : i / 2, i < 128 ? 0 : i % 256);

		sample_vpc(sample, name, "hub");
		sample_subnet(sample, arena_printf(sample->arena, "net-%03u", i), name, cidr);
		peers = arena_printf(sample->arena, "%s %s", peers, name);
	}
	sample_vpc(sample, "hub", peers);
	sample_subnet(sample, "net-hub", "hub", "10.0.0.0/16");
	sample_vpc(sample, "team-a", "hub team-a-stage team-a-production-with-a-long-name");
	sample_vpc(sample, "team-a-stage", "team-a");
}

static void
add_rest(struct sample *sample)
{
	sample_vpc(sample, "mesh-1", "mesh-2 mesh-3 mesh-4 mesh-5");
	sample_vpc(sample, "mesh-2", "mesh-1 mesh-3 mesh-4 mesh-5");
	sample_vpc(sample, "mesh-3", "mesh-1 mesh-2 mesh-4 mesh-5");
	sample_vpc(sample, "mesh-4", "mesh-1 mesh-2 mesh-3 mesh-5");
	sample_vpc(sample, "mesh-5", "mesh-1 mesh-2 mesh-3 mesh-4");
	sample_aws(sample, "to-data", "vpc-0a1b2c3d4e5f67890");
	sample_aws(sample, "to-logs", "vpc-0a1b2c3d4e5f67891");
	sample_zone(sample, "to-zone", "corp.example.com");
	sample_vpc(sample, HOSTILE, "alone");
	sample_vpc(sample, "quiet", "");
}

static void
add_findings(struct sample *sample, unsigned spokes, unsigned findings)
{
	for (unsigned i = 0; i < findings; i++) {
		const char *name = arena_printf(sample->arena, "net-%03u", i % (spokes + 1));
		const char *value =
			arena_printf(sample->arena, "10.%u.%u.0/24", i / 256 % 256, i % 256);
		struct sample_party subject = {KIND_SUBNET, name, cidr_block, value};
		struct sample_party hub = {KIND_SUBNET, "net-hub", cidr_block, "10.0.0.0/16"};

		sample_finding(sample, "cidr-overlap", ACTION_DENY, subject, hub,
			"free for both: 10.200.0.0/24, 10.201.0.0/24\n"
			"kubectl edit subnet net");
	}
	sample_finding(sample, "missing-route", ACTION_WARN,
		(struct sample_party){
			KIND_VPC, "mesh-2", {"spec.vpcPeerings[%d].remoteVpc", 1}, "mesh-3"},
		(struct sample_party){0}, "add a static route");
	sample_finding(sample, "quota", ACTION_REPORT,
		(struct sample_party){KIND_AWS_VPC_PEERING, "to-logs", {"spec.remoteVpcId", 0},
			"vpc-0a1b2c3d4e5f67891"},
		(struct sample_party){0}, "");
	sample_finding(sample, "one-sided-peering", ACTION_DENY,
		(struct sample_party){KIND_VPC, HOSTILE, {"spec.vpcPeerings[%d].remoteVpc", 0},
			"</pre><img src=x onerror=alert(2)>"},
		(struct sample_party){0}, "</pre></textarea><script>alert(3)</script>");
	report_assume(&sample->report, &(struct object_id){KIND_VPC, "", "hub"},
		"VPC <b>alone</b> exists");
}

int
main(int argc, char **argv)
{
	unsigned spokes = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 2;
	unsigned findings = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 3;
	struct sample sample;
	struct buffer out;

	sample_init(&sample);
	buffer_init(&out, (size_t)1 << 30);
	add_spokes(&sample, spokes);
	add_rest(&sample);
	add_findings(&sample, spokes, findings);
	report_write_html(&sample.report, sample.inventory, &out);
	fwrite(out.data, 1, out.length, stdout);
	buffer_dispose(&out);
	sample_dispose(&sample);
	return 0;
}
