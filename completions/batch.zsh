#compdef batch
_arguments -s \
	'-n+[give out a record when it has so many spans, points, lines (2000)]:ITEMS:' \
	'--items=[give out a record when it has so many spans, points, lines (2000)]:ITEMS:' \
	'-m+[cut what has more (3000)]:ITEMS:' \
	'--max-items=[cut what has more (3000)]:ITEMS:' \
	'-b+[cut what is larger (3.5M)]:SIZE:' \
	'--bytes=[cut what is larger (3.5M)]:SIZE:' \
	'-t+[hold nothing longer (200ms)]:TIME:' \
	'--time=[hold nothing longer (200ms)]:TIME:' \
	'-g[make equal resources and scopes of a record one]' \
	'--regroup[make equal resources and scopes of a record one]' \
	'--grace=[what comes in so long after TERM goes through, too (5s)]:TIME:' \
	'--metrics=[serve /metrics for Prometheus, and /ready, there]:ADDR:' \
	'-h[print this help and exit]' \
	'--help[print this help and exit]' \
	'-V[print the version and exit]' \
	'--version[print the version and exit]' \
	'*:file:_files'
