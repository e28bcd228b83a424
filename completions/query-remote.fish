# fish completion for query-remote
complete -c query-remote -s H -l header -x -d 'send this header, "Name: value", too, or those in a file, @FILE; may be given again'
complete -c query-remote -l tenant -x -d 'of this tenant, as X-Scope-OrgID'
complete -c query-remote -l timeout -x -d 'for an answer (1m)'
complete -c query-remote -l ca -r -F -d 'trust only these certificates (PEM)'
complete -c query-remote -l cert -r -F -d 'our certificate (PEM)'
complete -c query-remote -l key -r -F -d 'its key (PEM)'
complete -c query-remote -s h -l help -d 'print this help and exit'
complete -c query-remote -s V -l version -d 'print the version and exit'
