# fish completion for batch
complete -c batch -s n -l items -x -d 'give out a record when it has so many spans, points, lines (2000)'
complete -c batch -s m -l max-items -x -d 'cut what has more (3000)'
complete -c batch -s b -l bytes -x -d 'cut what is larger (3.5M)'
complete -c batch -s t -l time -x -d 'hold nothing longer (200ms)'
complete -c batch -s g -l regroup -d 'make equal resources and scopes of a record one'
complete -c batch -l grace -x -d 'what comes in so long after TERM goes through, too (5s)'
complete -c batch -s h -l help -d 'print this help and exit'
complete -c batch -s V -l version -d 'print the version and exit'
