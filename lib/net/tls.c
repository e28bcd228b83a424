#include "net/tls.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>

#include "base/buf.h"
#include "net/fresh.h"

#define PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

/* What was loaded together; lives till its last connection has ended. */
struct creds {
	gnutls_certificate_credentials_t x509;
	unsigned refs;
	bool ask;		/* for a certificate of the client */
};

struct tls {
	struct fresh cert, key, ca;
	gnutls_priority_t priority;
	struct creds *creds;
	uint64_t looked;	/* time_mono */
	void (*say)(void *, const char *);
	void *arg;
};

struct tls_conn {
	gnutls_session_t session;
	struct creds *creds;
};

static void
creds_unref(struct creds *c)
{
	if (!c || --c->refs > 0)
		return;
	gnutls_certificate_free_credentials(c->x509);
	free(c);
}

static int
failed(struct err *e, const char *path, int r)
{
	return err_set(e, ERR_SYS, "%s: %s", path, gnutls_strerror(r));
}

static gnutls_datum_t
datum(const struct buf *b)
{
	return (gnutls_datum_t){ (unsigned char *)b->p, (unsigned)b->n };
}

static int
load_pair(struct tls *t, struct creds *c, struct err *e)
{
	struct buf cert = { 0 }, key = { 0 };
	gnutls_datum_t dc, dk;
	int r = -1;

	if (fresh_read(&t->cert, &cert, e) == -1 ||
	    fresh_read(&t->key, &key, e) == -1)
		goto out;
	dc = datum(&cert);
	dk = datum(&key);
	r = gnutls_certificate_set_x509_key_mem(c->x509, &dc, &dk,
	    GNUTLS_X509_FMT_PEM);
	if (r < 0)
		r = failed(e, t->cert.path, r);
out:
	if (key.n > 0)
		gnutls_memset(key.p, 0, key.n);
	buf_free(&cert);
	buf_free(&key);
	return r < 0 ? -1 : 0;
}

static int
load_ca(struct tls *t, struct creds *c, struct err *e)
{
	struct buf ca = { 0 };
	gnutls_datum_t d;
	int r;

	if (!t->ca.path)
		return 0;
	if (fresh_read(&t->ca, &ca, e) == -1)
		return -1;
	d = datum(&ca);
	r = gnutls_certificate_set_x509_trust_mem(c->x509, &d,
	    GNUTLS_X509_FMT_PEM);
	buf_free(&ca);
	if (r == 0)
		return err_set(e, ERR_SYS, "%s: no certificate in it",
		    t->ca.path);
	c->ask = true;
	return r < 0 ? failed(e, t->ca.path, r) : 0;
}

static int
load(struct tls *t, struct err *e)
{
	struct creds *c = xcalloc(1, sizeof *c);

	c->refs = 1;
	if (gnutls_certificate_allocate_credentials(&c->x509) != 0)
		die("out of memory: gnutls");
	if (load_pair(t, c, e) == -1 || load_ca(t, c, e) == -1) {
		creds_unref(c);
		return -1;
	}
	creds_unref(t->creds);
	t->creds = c;
	return 0;
}

static void
look(struct tls *t)
{
	struct err e = { 0 };
	bool changed;

	if (!fresh_due(&t->looked))
		return;
	changed = fresh_changed(&t->cert);
	changed |= fresh_changed(&t->key);
	changed |= fresh_changed(&t->ca);
	if (changed && load(t, &e) == -1) {
		err_in(&e, "the certificate stays as it was");
		t->say(t->arg, e.msg);
	}
}

struct tls *
tls_open(const struct tls_files *files, void (*say)(void *, const char *),
    void *arg, struct err *e)
{
	struct tls *t = xcalloc(1, sizeof *t);

	*t = (struct tls){ .cert.path = files->cert, .key.path = files->key,
	    .ca.path = files->client_ca, .say = say, .arg = arg };
	fresh_changed(&t->cert);
	fresh_changed(&t->key);
	fresh_changed(&t->ca);
	if (gnutls_priority_init(&t->priority, PRIORITY, NULL) != 0)
		die("gnutls: no such priorities");
	if (load(t, e) == 0)
		return t;
	tls_close(t);
	return NULL;
}

void
tls_close(struct tls *t)
{
	if (!t)
		return;
	creds_unref(t->creds);
	gnutls_priority_deinit(t->priority);
	free(t);
}

static void
set_up(struct tls_conn *c, struct tls *t)
{
	static gnutls_typed_vdata_st purpose = {
	    .type = GNUTLS_DT_KEY_PURPOSE_OID,
	    .data = (unsigned char *)GNUTLS_KP_TLS_WWW_CLIENT };
	const gnutls_datum_t protocols[] = {
	    { (unsigned char *)"h2", 2 }, { (unsigned char *)"http/1.1", 8 } };

	gnutls_priority_set(c->session, t->priority);
	gnutls_credentials_set(c->session, GNUTLS_CRD_CERTIFICATE,
	    c->creds->x509);
	gnutls_alpn_set_protocols(c->session, protocols, 2,
	    GNUTLS_ALPN_SERVER_PRECEDENCE);
	/* the server's own deadline is for the whole of it */
	gnutls_handshake_set_timeout(c->session, GNUTLS_INDEFINITE_TIMEOUT);
	if (!c->creds->ask)
		return;
	gnutls_certificate_server_set_request(c->session, GNUTLS_CERT_REQUIRE);
	gnutls_session_set_verify_cert2(c->session, &purpose, 1, 0);
}

struct tls_conn *
tls_accept(struct tls *t, int fd)
{
	struct tls_conn *c = xcalloc(1, sizeof *c);

	look(t);
	if (gnutls_init(&c->session, GNUTLS_SERVER | GNUTLS_NONBLOCK |
	    GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS) != 0) {
		free(c);
		return NULL;
	}
	c->creds = t->creds;
	c->creds->refs++;
	set_up(c, t);
	gnutls_transport_set_int(c->session, fd);
	return c;
}

int
tls_shake(struct tls_conn *c)
{
	int r;

	do
		r = gnutls_handshake(c->session);
	while (r < 0 && r != GNUTLS_E_AGAIN && !gnutls_error_is_fatal(r));
	if (r == GNUTLS_E_SUCCESS)
		return 1;
	if (r == GNUTLS_E_AGAIN)
		return 0;
	gnutls_alert_send_appropriate(c->session, r);
	return -1;
}

bool
tls_wants_write(struct tls_conn *c)
{
	return gnutls_record_get_direction(c->session) == 1;
}

static ssize_t
result(ssize_t r)
{
	if (r >= 0)
		return r;
	errno = r == GNUTLS_E_AGAIN ? EAGAIN : ECONNRESET;
	return -1;
}

/* A wish for new keys (TLS 1.3) is dealt with inside; one to renegotiate
 * (TLS 1.2) is not granted. */
ssize_t
tls_recv(struct tls_conn *c, void *p, size_t n)
{
	ssize_t r;

	do
		r = gnutls_record_recv(c->session, p, n);
	while (r == GNUTLS_E_INTERRUPTED || r == GNUTLS_E_WARNING_ALERT_RECEIVED);
	return result(r);
}

ssize_t
tls_send(struct tls_conn *c, const void *p, size_t n)
{
	ssize_t r;

	do
		r = gnutls_record_send(c->session, p, n);
	while (r == GNUTLS_E_INTERRUPTED);
	return result(r);
}

void
tls_end(struct tls_conn *c)
{
	if (!c)
		return;
	gnutls_bye(c->session, GNUTLS_SHUT_WR);
	gnutls_deinit(c->session);
	creds_unref(c->creds);
	free(c);
}
