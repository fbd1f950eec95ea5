# SPDX-License-Identifier: MIT
# bash completion for clobber. Options are read off `clobber VERB --help', so they cannot be out of date.

_clobber_values() {
	case $1 in
	--cc) clobber list compilers 2>/dev/null | cut -d' ' -f1 ;;
	--abi) clobber list abis 2>/dev/null | cut -d' ' -f1 | sort -u ;;
	--width) printf '32\n64\n' ;;
	--opt) printf 'O0\nO1\nO2\nO3\nOs\n' ;;
	--place) { clobber list places 2>/dev/null | cut -d' ' -f1 | sort -u; printf 'auto\nall\n'; } ;;
	--profile) clobber list profiles 2>/dev/null | cut -d' ' -f1 | sort -u ;;
	--vmx-engine) printf 'bochs\nkvm-nested\n' ;;
	--vmx-with) printf 'step\ninterrupts\nleaf\ntrap-fpu\nnone\n' ;;
	--color) printf 'auto\nalways\nnever\n' ;;
	--claim) seq 1 21 ;;
	--launcher) printf 'ccache\ndistcc\nicecc\n' ;;
	--format)
		if [ "$2" = compare ]; then
			printf 'txt\nmd\njson\n'
		else
			clobber report --help | sed -n 's/^      \([a-z]*\)  .*/\1/p'
		fi
		;;
	esac
}

_clobber() {
	local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} verb=${COMP_WORDS[1]}
	local head= values

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		values="$(clobber --help | sed -n 's/^  \([a-z]*\)  .*/\1/p') --help --version"
	elif [ "${cur#-}" != "$cur" ]; then
		values="$(clobber "$verb" --help 2>/dev/null | grep -o -e '--[a-z][a-z-]*' | sort -u)"
	elif [ "$verb" = list ]; then
		values="$(clobber list --help | sed -n 's/^  \([a-z]*\)  .*/\1/p')"
	else
		values="$(_clobber_values "$previous" "$verb")"
		# Lists go on behind a comma.
		case $cur in
		*,*) head=${cur%,*}, ;;
		esac
	fi
	if [ -n "$values" ]; then
		mapfile -t COMPREPLY < <(compgen -P "$head" -W "$values" -- "${cur#"$head"}")
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	fi
}

complete -o filenames -F _clobber clobber
