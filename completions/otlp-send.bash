# bash completion for otlp-send
_otlp_send()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}

	COMPREPLY=()
	case $prev in
	-P|--protocol) COMPREPLY=($(compgen -W "grpc http json" -- "$cur")); return ;;
	-z|--compress) COMPREPLY=($(compgen -W "gzip zstd none" -- "$cur")); return ;;
	-H|--header) return ;;
	--traces-url) return ;;
	--metrics-url) return ;;
	--logs-url) return ;;
	--profiles-url) return ;;
	-r|--read) compopt -o filenames; COMPREPLY=($(compgen -d -- "$cur")); return ;;
	-c|--cursor) return ;;
	--ack) return ;;
	-x|--dead-letters) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
	-w|--in-flight) return ;;
	--timeout) return ;;
	--retry-first) return ;;
	--retry-max) return ;;
	--give-up) return ;;
	--tries) return ;;
	--grace) return ;;
	--ca) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
	--cert) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
	--key) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
	--metrics) return ;;
	esac
	case $cur in
	-*) COMPREPLY=($(compgen -W " -P --protocol -z --compress -H --header --traces-url --metrics-url --logs-url --profiles-url --insecure -r --read -c --cursor --ack --once -x --dead-letters -w --in-flight --timeout --retry-first --retry-max --give-up --tries --grace --ca --cert --key --metrics -h --help -V --version" -- "$cur")) ;;
	*) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
	esac
}
complete -F _otlp_send otlp-send
