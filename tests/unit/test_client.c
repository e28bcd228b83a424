/* Whom a client trusts: with a file of certificates, those alone. */
#include <arpa/inet.h>
#include <dirent.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/time.h"
#include "net/client.h"
#include "unit.h"

static const char CA[] = "-----BEGIN CERTIFICATE-----\n"
    "MIIBMDCB46ADAgECAhRKR9S0syEG4w7IZOUuzBYKWj6vzjAFBgMrZXAwDTELMAkG\n"
    "A1UEAwwCdXMwIBcNMjYxMTI1MjE1MjI4WhgPMjEyNjExMDEyMTUyMjhaMA0xCzAJ\n"
    "BgNVBAMMAnVzMCowBQYDK2VwAyEA7gnYO2Dd5ipZO/bcYqCGGNcpGB/Q4Xd3yF0W\n"
    "WUCEOtSjUzBRMB0GA1UdDgQWBBS3BzmcNb8S/xv1gZBrg7ocvqzPYzAfBgNVHSME\n"
    "GDAWgBS3BzmcNb8S/xv1gZBrg7ocvqzPYzAPBgNVHRMBAf8EBTADAQH/MAUGAytl\n"
    "cANBACtl5kNBGm1Ecm6Yd+5mp3ztSuE6j8uXIhzGD4NzcFGKZ4uCt5TE+r4dzCqV\n"
    "jrgrpQLmqBXV1kmAB7FRJGVkAQE=\n"
    "-----END CERTIFICATE-----\n";

static unsigned folders;

/* GnuTLS finds this one when it reads a folder of certificates. */
__attribute__((visibility("default"))) DIR *
opendir(const char *path)
{
	(void)path;
	folders++;
	return NULL;
}

/* A post to a server that hangs up, instead of shaking hands. */
static void
post(const char *ca)
{
	struct client_opts o = { .connections = 1, .timeout = 10 * NS_S,
	    .agent = "test", .ca = ca };
	struct sockaddr_in at = { .sin_family = AF_INET,
	    .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t n = sizeof at;
	struct err e = { 0 };
	struct client *c = client_open(&o, &e);
	int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct post p = { 0 };
	char url[64];

	CHECK(c && bind(s, (struct sockaddr *)&at, n) == 0 &&
	    listen(s, 1) == 0 && getsockname(s, (struct sockaddr *)&at, &n) == 0);
	snprintf(url, sizeof url, "https://127.0.0.1:%d/", ntohs(at.sin_port));
	p.url = url;
	client_start(c, &p);
	while (client_next(c) == NULL) {
		CHECK(client_wait(c, &s, 1, 1000, &e) == 0);
		close(accept(s, NULL, NULL));
	}
	CHECK(p.fate == FATE_AGAIN && p.status == 0);
	post_free(&p);
	client_close(c);
	close(s);
}

int
main(void)
{
	char path[] = "/tmp/otelutils.XXXXXX";
	int fd = mkstemp(path);

	CHECK(fd != -1 && write(fd, CA, sizeof CA - 1) == sizeof CA - 1);
	close(fd);
	post(path);
	CHECK(folders == 0);
	post(NULL);
	CHECK(folders > 0);	/* or this test proves nothing */
	unlink(path);
	return unit_done();
}
