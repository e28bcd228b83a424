# bash completion for otlp-recv
_otlp_recv()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}

	COMPREPLY=()
	case $prev in
	-g|--grpc) return ;;
	-H|--http) return ;;
	-o|--output) compopt -o filenames; COMPREPLY=($(compgen -d -- "$cur")); return ;;
	--sync) COMPREPLY=($(compgen -W "each none" -- "$cur")); return ;;
	--max-spool) return ;;
	--full) COMPREPLY=($(compgen -W "block drop-oldest" -- "$cur")); return ;;
	--ports-file) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
	--max-message) return ;;
	--max-held) return ;;
	--max-requests) return ;;
	--max-connections) return ;;
	--grace) return ;;
	esac
	case $cur in
	-*) COMPREPLY=($(compgen -W " -g --grpc -H --http -o --output --sync --max-spool --full --ports-file --max-message --max-held --max-requests --max-connections --grace -h --help -V --version" -- "$cur")) ;;
	*) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
	esac
}
complete -F _otlp_recv otlp-recv
