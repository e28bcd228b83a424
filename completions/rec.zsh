#compdef rec
_arguments -s \
	'-o+[what to print\: JSON lines by default]:FORMAT:(json table summary rec)' \
	'--output=[what to print\: JSON lines by default]:FORMAT:(json table summary rec)' \
	'-i+[what is read\: by default, told by its first bytes]:FORMAT:(auto rec json collector)' \
	'--input=[what is read\: by default, told by its first bytes]:FORMAT:(auto rec json collector)' \
	'-r[read JSON lines, write records\: -i json -o rec]' \
	'--read-json[read JSON lines, write records\: -i json -o rec]' \
	'-s+[only this one; files of the collector need it]:SIGNAL:(traces metrics logs profiles)' \
	'--signal=[only this one; files of the collector need it]:SIGNAL:(traces metrics logs profiles)' \
	'-n+[stop after N records]:N:' \
	'--number=[stop after N records]:N:' \
	'-c[print records and items by signal]' \
	'--count[print records and items by signal]' \
	'-v[print nothing, but check everything]' \
	'--verify[print nothing, but check everything]' \
	'-t+[whose the records made of text are]:NAME:' \
	'--tenant=[whose the records made of text are]:NAME:' \
	'-h[print this help and exit]' \
	'--help[print this help and exit]' \
	'-V[print the version and exit]' \
	'--version[print the version and exit]' \
	'*:file:_files'
