/* health: grpc.health.v1.Health/Check. otlp.md 3.8. */
#ifndef NET_HEALTH_H
#define NET_HEALTH_H

#include "net/req.h"

#define HEALTH_MAX 1024		/* of its request */

/* Answers a HealthCheckRequest, the request's body. */
void health_check(struct net_req *);

#endif
