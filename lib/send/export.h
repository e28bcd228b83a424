/* export: a record as a post by OTLP, and what the answer says. */
#ifndef SEND_EXPORT_H
#define SEND_EXPORT_H

#include "send/send.h"
#include "send/target.h"

/* A send_kind of OTLP; its arg is a struct targets. */
struct send_kind export_kind(struct targets *);

#endif
