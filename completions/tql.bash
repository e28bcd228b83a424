# bash completion for tql
_tql()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}

	COMPREPLY=()
	case $prev in
	-d|--store) compopt -o filenames; COMPREPLY=($(compgen -d -- "$cur")); return ;;
	-D|--logs-store) compopt -o filenames; COMPREPLY=($(compgen -d -- "$cur")); return ;;
	-u|--url) return ;;
	-H|--header) return ;;
	--ca) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
	--cert) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
	--key) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
	--timeout) return ;;
	-n|--limit) return ;;
	--since) return ;;
	--from) return ;;
	--to) return ;;
	-o|--output) COMPREPLY=($(compgen -W "chart table json csv ids rec dot" -- "$cur")); return ;;
	-w|--width) return ;;
	-z|--timezone) return ;;
	--color) COMPREPLY=($(compgen -W "auto always never" -- "$cur")); return ;;
	--tenant) return ;;
	--sort) COMPREPLY=($(compgen -W "time duration spans" -- "$cur")); return ;;
	--spans) return ;;
	--step) return ;;
	--exemplars) return ;;
	--settle) return ;;
	--values) return ;;
	esac
	case $cur in
	-*) COMPREPLY=($(compgen -W " -d --store -D --logs-store -u --url -H --header --ca --cert --key --timeout -n --limit --since --from --to -o --output -w --width -z --timezone --color --tenant --stats --json --dot --sort --spans --step --exemplars -f --follow --settle --tags --values --diff --explain -h --help -V --version" -- "$cur")) ;;
	*) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
	esac
}
complete -F _tql tql
