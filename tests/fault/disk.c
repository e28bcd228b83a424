#include "fault/disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEED(x)	do { if (!(x)) { perror("fault: " #x); abort(); } } while (0)
#define PATH	1024

struct range { uint64_t at, n; };
struct name { char *name; struct node *node; };

struct node {
	dev_t dev;
	ino_t ino;
	int pin;		/* keeps the inode, and reads its live bytes */
	bool dir;
	char *bytes;		/* durable */
	uint64_t n;
	uint64_t cut;		/* least length since the last sync */
	struct range *dirty;
	size_t dirty_n;
	struct name *names;	/* durable */
	size_t names_n;
	char *made;		/* where disk_rewind made it, for links */
	struct node *next;
};

static struct node *nodes;

static void *
grown(void *p, size_t n, size_t size)
{
	p = realloc(p, n * size > 0 ? n * size : 1);
	NEED(p);
	return p;
}

static struct node *
find(dev_t dev, ino_t ino)
{
	struct node *o = nodes;

	while (o && (o->dev != dev || o->ino != ino))
		o = o->next;
	return o;
}

static struct node *
of_fd(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? find(st.st_dev, st.st_ino) : NULL;
}

bool
disk_has(int fd)
{
	return of_fd(fd) != NULL;
}

/* The node of what is at path now; a new one holds nothing durable. */
static struct node *
of_path(const char *path)
{
	struct stat st;
	struct node *o;

	NEED(lstat(path, &st) == 0);
	o = find(st.st_dev, st.st_ino);
	if (o)
		return o;
	o = calloc(1, sizeof *o);
	NEED(o);
	o->dev = st.st_dev;
	o->ino = st.st_ino;
	o->dir = S_ISDIR(st.st_mode);
	o->cut = UINT64_MAX;
	o->pin = open(path, O_RDONLY | O_CLOEXEC);
	NEED(o->pin != -1);
	o->next = nodes;
	nodes = o;
	return o;
}

static void
add_dirty(struct node *o, uint64_t at, uint64_t n)
{
	struct range *last = o->dirty_n > 0 ? &o->dirty[o->dirty_n - 1] : NULL;

	if (last && last->at == at && last->n == n)
		return;
	o->dirty = grown(o->dirty, o->dirty_n + 1, sizeof *o->dirty);
	o->dirty[o->dirty_n++] = (struct range){ at, n };
}

void
disk_opened(int fd, const char *path, bool cut)
{
	struct node *o = of_path(path);

	(void)fd;
	if (cut) {
		o->cut = 0;
		o->dirty_n = 0;
	}
}

void
disk_made(const char *path)
{
	of_path(path);
}

void
disk_wrote(int fd, uint64_t at, uint64_t n)
{
	struct node *o = of_fd(fd);

	if (o)
		add_dirty(o, at, n);
}

void
disk_truncated(int fd, uint64_t n)
{
	struct node *o = of_fd(fd);

	if (o && n < o->cut)
		o->cut = n;
}

static void
resize(struct node *o, uint64_t n)
{
	o->bytes = grown(o->bytes, n, 1);
	if (n > o->n)
		memset(o->bytes + o->n, 0, n - o->n);
	o->n = n;
}

/* Live bytes of a range become durable, as far as the file goes. */
static void
keep(struct node *o, uint64_t at, uint64_t n)
{
	ssize_t r;

	if (at >= o->n)
		return;
	if (n > o->n - at)
		n = o->n - at;
	r = pread(o->pin, o->bytes + at, n, (off_t)at);
	NEED(r != -1);
}

static void
keep_names(struct node *o, struct name *v, size_t n)
{
	for (size_t i = 0; i < o->names_n; i++)
		free(o->names[i].name);
	free(o->names);
	o->names = v;
	o->names_n = n;
}

/* The names in the folder at path now. */
static struct name *
live_names(const char *path, size_t *n)
{
	DIR *d = opendir(path);
	struct name *v = NULL;
	struct dirent *de;

	*n = 0;
	NEED(d);
	while ((de = readdir(d))) {
		char full[PATH];

		if (strcmp(de->d_name, ".") == 0 ||
		    strcmp(de->d_name, "..") == 0)
			continue;
		snprintf(full, sizeof full, "%s/%s", path, de->d_name);
		v = grown(v, *n + 1, sizeof *v);
		v[(*n)++] = (struct name){ strdup(de->d_name),
		    of_path(full) };
	}
	closedir(d);
	return v;
}

static void
sync_node(struct node *o)
{
	struct stat st;

	NEED(fstat(o->pin, &st) == 0);
	if (o->cut < o->n)
		resize(o, o->cut);
	resize(o, (uint64_t)st.st_size);
	for (size_t i = 0; i < o->dirty_n; i++)
		keep(o, o->dirty[i].at, o->dirty[i].n);
	o->dirty_n = 0;
	o->cut = UINT64_MAX;
}

void
disk_synced(int fd)
{
	struct node *o = of_fd(fd);
	char path[64];
	size_t n;
	struct name *v;

	if (!o->dir) {
		sync_node(o);
		return;
	}
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	v = live_names(path, &n);
	keep_names(o, v, n);
}

void
disk_unsynced(int fd)
{
	struct node *o = of_fd(fd);

	o->dirty_n = 0;		/* the pages count as clean now */
}

static void
load_dir(struct node *o, const char *path)
{
	size_t n;
	struct name *v = live_names(path, &n);

	keep_names(o, v, n);
	for (size_t i = 0; i < n; i++) {
		char full[PATH];

		snprintf(full, sizeof full, "%s/%s", path, v[i].name);
		if (v[i].node->dir) {
			load_dir(v[i].node, full);
			continue;
		}
		sync_node(v[i].node);
		keep(v[i].node, 0, v[i].node->n);
	}
}

static void
forget(void)
{
	while (nodes) {
		struct node *o = nodes;

		nodes = o->next;
		close(o->pin);
		keep_names(o, NULL, 0);
		free(o->bytes);
		free(o->dirty);
		free(o->made);
		free(o);
	}
}

void
disk_load(const char *root)
{
	forget();
	load_dir(of_path(root), root);
}

void
disk_empty(const char *root)
{
	DIR *d = opendir(root);
	struct dirent *de;

	NEED(d);
	while ((de = readdir(d))) {
		char full[PATH];

		if (strcmp(de->d_name, ".") == 0 ||
		    strcmp(de->d_name, "..") == 0)
			continue;
		snprintf(full, sizeof full, "%s/%s", root, de->d_name);
		if (de->d_type == DT_DIR) {
			disk_empty(full);
			NEED(rmdir(full) == 0);
		} else
			NEED(unlink(full) == 0);
	}
	closedir(d);
}

/* Of what was not synced, some is there all the same. */
static void
keep_some_bytes(struct node *o, unsigned *seed)
{
	if (o->cut < o->n && rand_r(seed) % 2)
		resize(o, o->cut);
	for (size_t i = 0; i < o->dirty_n; i++) {
		struct range g = o->dirty[i];

		switch (rand_r(seed) % 3) {
		case 0:
			continue;
		case 1:		/* a part of it */
			g.n = (uint64_t)rand_r(seed) % (g.n + 1);
		}
		if (g.at + g.n > o->n)
			resize(o, g.at + g.n);
		keep(o, g.at, g.n);
	}
}

static struct name *
named(struct name *v, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].name, name) == 0)
			return &v[i];
	return NULL;
}

/* For each name that differs: as it was synced, or as it is. */
static void
keep_some_names(struct node *o, const char *path, unsigned *seed)
{
	size_t live_n, n = 0;
	struct name *live = live_names(path, &live_n), *v = NULL;

	for (size_t i = 0; i < live_n; i++) {
		struct name *old = named(o->names, o->names_n, live[i].name);
		struct node *to = live[i].node;

		if ((!old || old->node != to) && rand_r(seed) % 2)
			to = old ? old->node : NULL;
		if (to) {
			v = grown(v, n + 1, sizeof *v);
			v[n++] = (struct name){ strdup(live[i].name), to };
		}
	}
	for (size_t i = 0; i < o->names_n; i++)
		if (!named(live, live_n, o->names[i].name) &&
		    rand_r(seed) % 2) {
			v = grown(v, n + 1, sizeof *v);
			v[n++] = (struct name){ strdup(o->names[i].name),
			    o->names[i].node };
		}
	for (size_t i = 0; i < live_n; i++)
		free(live[i].name);
	free(live);
	keep_names(o, v, n);
}

static void
put_file(struct node *o, const char *path)
{
	int fd;

	if (o->made) {
		NEED(link(o->made, path) == 0);
		return;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
	NEED(fd != -1);
	for (uint64_t done = 0; done < o->n;) {
		ssize_t r = write(fd, o->bytes + done, o->n - done);

		NEED(r > 0);
		done += (uint64_t)r;
	}
	close(fd);
	o->made = strdup(path);
}

static void
put_dir(struct node *o, const char *path)
{
	if (o->made)
		return;		/* a folder renamed: it has one name */
	o->made = strdup(path);
	for (size_t i = 0; i < o->names_n; i++) {
		struct node *in = o->names[i].node;
		char full[PATH];

		snprintf(full, sizeof full, "%s/%s", path, o->names[i].name);
		if (!in->dir)
			put_file(in, full);
		else if (!in->made) {
			NEED(mkdir(full, 0777) == 0);
			put_dir(in, full);
		}
	}
}

void
disk_rewind(const char *root, unsigned seed)
{
	struct node *top = of_path(root);

	if (seed != 0) {
		struct node *o;
		char path[64];

		for (o = nodes; o; o = o->next)
			if (o->dir) {
				snprintf(path, sizeof path,
				    "/proc/self/fd/%d", o->pin);
				keep_some_names(o, path, &seed);
			}
		for (o = nodes; o; o = o->next)
			if (!o->dir)
				keep_some_bytes(o, &seed);
	}
	disk_empty(root);
	put_dir(top, root);
}
