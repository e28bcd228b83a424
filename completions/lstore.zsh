#compdef lstore
_arguments -s \
	'-L+[resource attributes that make a stream, separated by commas; for a store being made]:NAMES:' \
	'--labels=[resource attributes that make a stream, separated by commas; for a store being made]:NAMES:' \
	'-d+[the store'\''s folder, made when absent]:DIR:_files -/' \
	'--dir=[the store'\''s folder, made when absent]:DIR:_files -/' \
	'--keep=[drop blocks received longer ago than this, as 30d]:AGE:' \
	'--keep-bytes=[drop the oldest blocks above this size, as 20GiB]:SIZE:' \
	'--info[say what the store holds]' \
	'--check[read everything and name every fault]' \
	'--repair[make the manifest anew from the blocks]' \
	'--compact[merge all blocks now]' \
	'--expire=[drop old blocks now]:AGE|SIZE:' \
	'--snapshot=[make a consistent copy in a new folder]:TO:_files -/' \
	'--seal-bytes=[make a block of this much of a spool (4MiB)]:SIZE:' \
	'--seal-time=[or of what came in this time (30s)]:AGE:' \
	'--merge-bytes=[merge new blocks at this much (32MiB)]:SIZE:' \
	'--merge-time=[or when the oldest is this old (5m)]:AGE:' \
	'--memory=[of the batch when reading files, or behind (64MiB)]:SIZE:' \
	'--once[end where a spool ends, instead of following it]' \
	'--delete=[delete the lines of a selector and line filters, for ever]:QUERY:' \
	'--from=[of --delete\: only at or after TIME\: RFC 3339, Unix seconds or ns, -1h]:TIME:' \
	'--to=[of --delete\: only before TIME (default\: now)]:TIME:' \
	'--tenant=[of --delete and --expire SELECTOR=AGE\: whose lines (default\: of no tenant)]:NAME:' \
	'-h[print this help and exit]' \
	'--help[print this help and exit]' \
	'-V[print the version and exit]' \
	'--version[print the version and exit]' \
	'*:file:_files'
