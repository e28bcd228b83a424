# bash completion for otlp-recv
_otlp_recv()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}

	COMPREPLY=()
	case $prev in
	-g|--grpc) return ;;
	-H|--http) return ;;
	-c|--cert) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
	-k|--key) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
	--client-ca) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
	--token-file) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
	--basic-file) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
	-x|--copy) return ;;
	--prefix) return ;;
	--cors) return ;;
	-o|--output) compopt -o filenames; COMPREPLY=($(compgen -d -- "$cur")); return ;;
	--sync) COMPREPLY=($(compgen -W "each none" -- "$cur")); return ;;
	--max-spool) return ;;
	--full) COMPREPLY=($(compgen -W "block drop-oldest" -- "$cur")); return ;;
	--metrics) return ;;
	--ports-file) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
	--max-message) return ;;
	--max-held) return ;;
	--max-requests) return ;;
	--max-connections) return ;;
	--hello) return ;;
	--patience) return ;;
	--idle) return ;;
	--grace) return ;;
	esac
	case $cur in
	-*) COMPREPLY=($(compgen -W " -g --grpc -H --http -c --cert -k --key --client-ca --token-file --basic-file -x --copy --prefix --cors -o --output --sync --max-spool --full --metrics --ports-file --max-message --max-held --max-requests --max-connections --hello --patience --idle --grace -h --help -V --version" -- "$cur")) ;;
	*) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
	esac
}
complete -F _otlp_recv otlp-recv
