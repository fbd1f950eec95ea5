# SPDX-License-Identifier: MIT
# bash completion for clobber. Options, and what they take, come from `clobber VERB --completions',
# which prints them from the rows that the verb parses them by.

# The values that an option of a verb may take: words, or @LIST of `clobber list LIST'.
_clobber_values() {
	local words word

	words=$(clobber "$2" --completions 2>/dev/null | sed -n "s/^$1 //p")
	for word in $words; do
		case $word in
		@*) clobber list "${word#@}" 2>/dev/null | cut -d' ' -f1 | sort -u ;;
		*) printf '%s\n' "$word" ;;
		esac
	done
}

_clobber() {
	local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} verb=${COMP_WORDS[1]}
	local head= values

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		values="$(clobber --help | sed -n 's/^  \([a-z]*\)  .*/\1/p') --help --version"
	elif [ "${cur#-}" != "$cur" ]; then
		values="$(clobber "$verb" --completions 2>/dev/null | cut -d' ' -f1)"
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
