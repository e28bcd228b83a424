# bash completion for logpush
_logpush()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}

	COMPREPLY=()
	case $prev in
	-l|--labels) return ;;
	-P|--protocol) COMPREPLY=($(compgen -W "protobuf json" -- "$cur")); return ;;
	-z|--compress) COMPREPLY=($(compgen -W "gzip none" -- "$cur")); return ;;
	-b|--bytes) return ;;
	-t|--time) return ;;
	--tenant) return ;;
	-H|--header) return ;;
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
	-*) COMPREPLY=($(compgen -W " -l --labels -P --protocol -z --compress -b --bytes -t --time --tenant -H --header -r --read -c --cursor --ack --once -x --dead-letters -w --in-flight --timeout --retry-first --retry-max --give-up --tries --grace --ca --cert --key --metrics -h --help -V --version" -- "$cur")) ;;
	*) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
	esac
}
complete -F _logpush logpush
