# bash completion for lql
_lql()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}

	COMPREPLY=()
	case $prev in
	-d|--store) compopt -o filenames; COMPREPLY=($(compgen -d -- "$cur")); return ;;
	-D|--traces-store) compopt -o filenames; COMPREPLY=($(compgen -d -- "$cur")); return ;;
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
	-o|--output) COMPREPLY=($(compgen -W "chart table json csv raw ids rec" -- "$cur")); return ;;
	-w|--width) return ;;
	-z|--timezone) return ;;
	--color) COMPREPLY=($(compgen -W "auto always never" -- "$cur")); return ;;
	--tenant) return ;;
	--trace) return ;;
	--traces) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
	--direction) COMPREPLY=($(compgen -W "forward backward" -- "$cur")); return ;;
	--step) return ;;
	--interval) return ;;
	--batch) return ;;
	-C|--context) return ;;
	--values) return ;;
	--volume) return ;;
	esac
	case $cur in
	-*) COMPREPLY=($(compgen -W " -d --store -D --traces-store -u --url -H --header --ca --cert --key --timeout -n --limit --since --from --to -o --output -w --width -z --timezone --color --tenant --stats --trace --traces --direction --step --interval --batch -f --follow -C --context -q --quiet --hits -x --expand --labels --values --series --volume --patterns --fields --fmt -h --help -V --version" -- "$cur")) ;;
	*) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
	esac
}
complete -F _lql lql
