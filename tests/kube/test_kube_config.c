#include "kube/kube_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

static char folder[] = "/tmp/test_kube_config.XXXXXX";

static const char *
path_of(struct arena *arena, const char *name)
{
	return arena_printf(arena, "%s/%s", folder, name);
}

static const char *
write_file(struct arena *arena, const char *name, const char *text)
{
	const char *path = path_of(arena, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	return path;
}

#define CONTEXT                                                                                    \
	"apiVersion: v1\nkind: Config\ncurrent-context: here\n"                                    \
	"contexts:\n- name: other\n  context: {cluster: none, user: none}\n"                       \
	"- name: here\n  context: {cluster: c, user: u}\n"
#define CLUSTER "clusters: [{name: c, cluster: {server: 'https://api:6443'}}]\n"
#define USER    "users: [{name: u, user: {token: secret}}]\n"

static bool
same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void
kubeconfigs_of_every_form_are_read(void **state)
{
	static const struct {
		const char *name;
		const char *text;
		struct kube_config wanted;
	} rows[] = {
		{"token", CONTEXT CLUSTER USER,
			{.server = {.url = "https://api:6443"}, .token = "secret"}},
		{"empty strings count as absent",
			CONTEXT "clusters: [{name: c, cluster: {server: 'https://api', "
				"certificate-authority: '', proxy-url: ''}}]\n"
				"users: [{name: u, user: {token: secret, as: '', exec: null}}]\n",
			{.server = {.url = "https://api"}, .token = "secret"}},
		{"JSON",
			"{\"current-context\":\"a\",\"contexts\":[{\"name\":\"a\",\"context\":{"
			"\"cluster\":\"b\"}}],"
			"\"clusters\":[{\"name\":\"b\",\"cluster\":{\"server\":\"http://"
			"localhost:1\"}}]}",
			{.server = {.url = "http://localhost:1"}}},
		{"data and server name",
			CONTEXT
			"clusters: [{name: c, cluster: {server: 'https://api', tls-server-name: "
			"kube, "
			"insecure-skip-tls-verify: false, certificate-authority-data: Q0E=}}]\n"
			"users: [{name: u, user: {client-certificate-data: Q0VSVA==, "
			"client-key-data: S0VZ}}]\n",
			{.server = {.url = "https://api",
				 .server_name = "kube",
				 .authority = "CA",
				 .certificate = "CERT",
				 .key = "KEY"}}},
		{"data before files, files beside the kubeconfig",
			CONTEXT "clusters: [{name: c, cluster: {server: 'https://api', "
				"certificate-authority: ca.crt}}]\n"
				"users: [{name: u, user: {client-certificate: ca.crt, "
				"client-certificate-data: Q0VSVA==, "
				"client-key: ca.crt}}]\n",
			{.server = {.url = "https://api",
				 .authority = "from the file",
				 .certificate = "CERT",
				 .key = "from the file"}}},
		{"password",
			CONTEXT CLUSTER
			"users: [{name: u, user: {username: me, password: secret}}]\n",
			{.server = {.url = "https://api:6443",
				 .user = "me",
				 .password = "secret"}}},
		{"absolute token file",
			CONTEXT CLUSTER "users: [{name: u, user: {tokenFile: /run/token}}]\n",
			{.server = {.url = "https://api:6443"}, .token_file = "/run/token"}},
	};
	struct arena *arena = arena_new(1000000);

	(void)state;
	write_file(arena, "ca.crt", "from the file");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct kube_config *wanted = &rows[i].wanted;
		struct kube_config config;
		struct error error = {0};

		if (!kube_config_load(
			    arena, write_file(arena, "config", rows[i].text), &config, &error))
			fail_msg("%s: %s", rows[i].name, error.message);
		if (!same(config.server.url, wanted->server.url) ||
			!same(config.server.server_name, wanted->server.server_name) ||
			!same(config.server.authority, wanted->server.authority) ||
			!same(config.server.certificate, wanted->server.certificate) ||
			!same(config.server.key, wanted->server.key) ||
			!same(config.server.user, wanted->server.user) ||
			!same(config.server.password, wanted->server.password) ||
			!same(config.token, wanted->token) ||
			!same(config.token_file, wanted->token_file))
			fail_msg("%s: read otherwise", rows[i].name);
		assert_int_equal(config.token_lifetime, 60 * CLOCK_SECOND);
	}
	arena_free(arena);
}

static void
kubeconfigs_that_cannot_be_used_say_why(void **state)
{
	static const struct {
		const char *text;
		const char *words;
	} rows[] = {
		{"", "not a kubeconfig"},
		{"[]", "not a kubeconfig"},
		{"a: b\n---\nc: d\n", "not a kubeconfig"},
		{"a: [", "line"},
		{CLUSTER USER, "there is no current-context"},
		{"current-context: here\n" CLUSTER USER, "there is no context named here"},
		{"current-context: here\ncontexts: nonsense\n", "there is no context named here"},
		{"current-context: here\ncontexts: [{name: here, context: {user: u}}]\n",
			"no cluster is named by context here"},
		{CONTEXT USER, "there is no cluster named c"},
		{CONTEXT CLUSTER, "there is no user named u"},
		{CONTEXT "clusters: [{name: c}]\n" USER, "there is no cluster named c"},
		{CONTEXT "clusters: [{name: c, cluster: {}}]\n" USER, "the cluster has no server"},
		{CONTEXT "clusters: [{name: c, cluster: {server: 'https://api', "
			 "insecure-skip-tls-verify: true}}]\n" USER,
			"insecure-skip-tls-verify is refused"},
		{CONTEXT "clusters: [{name: c, cluster: {server: 'https://api', proxy-url: "
			 "'http://p'}}]\n" USER,
			"proxy-url is not supported"},
		{CONTEXT "clusters: [{name: c, cluster: {server: 'https://api', "
			 "certificate-authority-data: 'Q0E'}}]\n" USER,
			"certificate-authority-data is no base64"},
		{CONTEXT "clusters: [{name: c, cluster: {server: 'https://api', "
			 "certificate-authority-data: 'QQBB'}}]\n" USER,
			"certificate-authority-data is no base64"},
		{CONTEXT "clusters: [{name: c, cluster: {server: 'https://api', "
			 "certificate-authority: missing.crt}}]\n" USER,
			"missing.crt: No such file"},
		{CONTEXT CLUSTER "users: [{name: u, user: {exec: {command: aws}}}]\n",
			"exec is not supported"},
		{CONTEXT CLUSTER "users: [{name: u, user: {auth-provider: {name: oidc}}}]\n",
			"auth-provider is not supported"},
		{CONTEXT CLUSTER "users: [{name: u, user: {token: t, as: admin}}]\n",
			"as is not supported"},
		{CONTEXT CLUSTER "users: [{name: u, user: {client-certificate-data: QQ==}}]\n",
			"go together"},
		{CONTEXT CLUSTER "users: [{name: u, user: {client-key-data: QQ==}}]\n",
			"go together"},
	};
	struct arena *arena = arena_new(1000000);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *path = write_file(arena, "config", rows[i].text);
		struct kube_config config;
		struct error error = {0};

		if (kube_config_load(arena, path, &config, &error))
			fail_msg("taken: %s", rows[i].text);
		if (!strstr(error.message, rows[i].words) || !strstr(error.message, path))
			fail_msg("'%s' for %s", error.message, rows[i].text);
	}
	arena_free(arena);
}

static void
the_first_file_of_a_list_that_exists_counts(void **state)
{
	struct arena *arena = arena_new(1000000);
	const char *path = write_file(arena, "config", CONTEXT CLUSTER USER);
	struct kube_config config;
	struct error error = {0};

	(void)state;
	assert_true(kube_config_load(arena,
		arena_printf(arena, ":%s/none:%s:%s/ca.crt", folder, path, folder), &config, NULL));
	assert_string_equal(config.token, "secret");
	assert_false(
		kube_config_load(arena, arena_printf(arena, "%s/none", folder), &config, &error));
	assert_int_equal(error.kind, ERROR_NOT_FOUND);
	arena_free(arena);
}

static void
a_relative_token_file_stands_beside_the_kubeconfig(void **state)
{
	struct arena *arena = arena_new(1000000);
	struct kube_config config;
	const char *path = write_file(arena, "config",
		CONTEXT CLUSTER "users: [{name: u, user: {token: old, tokenFile: token}}]\n");

	(void)state;
	assert_true(kube_config_load(arena, path, &config, NULL));
	assert_string_equal(config.token_file, path_of(arena, "token"));
	arena_free(arena);
}

static void
a_file_that_is_named_goes_before_the_pod(void **state)
{
	struct arena *arena = arena_new(1000000);
	const char *path = write_file(arena, "config", CONTEXT CLUSTER USER);
	struct kube_config config;
	struct error error = {0};

	(void)state;
	setenv("KUBERNETES_SERVICE_HOST", "10.96.0.1", 1);
	setenv("KUBERNETES_SERVICE_PORT", "443", 1);
	assert_true(kube_config_of(arena, path, &config, &error));
	assert_string_equal(config.token, "secret");
	assert_false(kube_config_of(arena, NULL, &config, &error));
	assert_non_null(strstr(error.message, KUBE_CONFIG_SERVICE_ACCOUNT));
	arena_free(arena);
}

static void
a_pod_finds_its_api_server(void **state)
{
	struct arena *arena = arena_new(1000000);
	struct kube_config config;
	struct error error = {0};

	(void)state;
	unsetenv("KUBERNETES_SERVICE_HOST");
	unsetenv("KUBERNETES_SERVICE_PORT");
	assert_false(kube_config_in_cluster(arena, folder, &config, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	setenv("KUBERNETES_SERVICE_HOST", "10.96.0.1", 1);
	setenv("KUBERNETES_SERVICE_PORT", "443", 1);
	write_file(arena, "ca.crt", "the CA");
	assert_true(kube_config_in_cluster(arena, folder, &config, &error));
	assert_string_equal(config.server.url, "https://10.96.0.1:443");
	assert_string_equal(config.server.authority, "the CA");
	assert_string_equal(config.token_file, path_of(arena, "token"));
	setenv("KUBERNETES_SERVICE_HOST", "fd00::1", 1);
	assert_true(kube_config_in_cluster(arena, folder, &config, &error));
	assert_string_equal(config.server.url, "https://[fd00::1]:443");
	unlink(path_of(arena, "ca.crt"));
	assert_false(kube_config_in_cluster(arena, folder, &config, &error));
	assert_int_equal(error.kind, ERROR_NOT_FOUND);
	arena_free(arena);
}

static int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int
remove_folder(void **state)
{
	struct arena *arena = arena_new(10000);

	(void)state;
	unlink(path_of(arena, "config"));
	unlink(path_of(arena, "ca.crt"));
	arena_free(arena);
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kubeconfigs_of_every_form_are_read),
		cmocka_unit_test(kubeconfigs_that_cannot_be_used_say_why),
		cmocka_unit_test(the_first_file_of_a_list_that_exists_counts),
		cmocka_unit_test(a_relative_token_file_stands_beside_the_kubeconfig),
		cmocka_unit_test(a_file_that_is_named_goes_before_the_pod),
		cmocka_unit_test(a_pod_finds_its_api_server),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
