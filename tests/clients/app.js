// A small web shop: an HTTP server and a client of it, both instrumented
// automatically, that log and count. Exporters are as the environment says
// (OTEL_EXPORTER_OTLP_PROTOCOL, OTEL_EXPORTER_OTLP_ENDPOINT), all else is the
// SDK's default. Prints what it sent, as JSON: the trace id and the log line of
// each request, and the counter's sum.
'use strict';
const { NodeSDK } = require('@opentelemetry/sdk-node');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { trace, metrics } = require('@opentelemetry/api');
const { logs } = require('@opentelemetry/api-logs');

const sdk = new NodeSDK({ instrumentations: [new HttpInstrumentation()] });
sdk.start();
const http = require('http');	// after start, so that it is instrumented

const requests = Number(process.argv[2] || 10);
const sent = { traces: [], lines: [], counted: 0 };
const counter = metrics.getMeter('shop').createCounter('shop.orders');
const logger = logs.getLogger('shop');

const server = http.createServer((req, res) => {
	const line = `order ${req.url} taken \u2713`;

	logger.emit({ severityNumber: 9, severityText: 'INFO', body: line,
	    attributes: { 'order.path': req.url, nested: { a: [1, 2.5, true] } } });
	counter.add(3, { path: '/order' });
	sent.traces.push(trace.getActiveSpan().spanContext().traceId);
	sent.lines.push(line);
	sent.counted += 3;
	res.statusCode = req.url.endsWith('3') ? 500 : 200;
	res.end('ok');
});

function get(port, path) {
	return new Promise((resolve, reject) => {
		http.get({ host: '127.0.0.1', port, path }, (res) => {
			res.resume();
			res.on('end', resolve);
		}).on('error', reject);
	});
}

server.listen(0, '127.0.0.1', async () => {
	for (let i = 0; i < requests; i++)
		await get(server.address().port, `/order/${i}`);
	server.close();
	await sdk.shutdown();
	console.log(JSON.stringify(sent));
});
