; SPDX-License-Identifier: MIT
; The page, its style and its scripts, as they are in this folder: for src/report/html.c. Each is the
; bytes from NAME to NAME_end, without a terminating zero.
	section	.rodata

	global	html_page, html_page_end
html_page:
	incbin	"page.html"
html_page_end:

	global	html_style, html_style_end
html_style:
	incbin	"style.css"
html_style_end:

	global	html_script, html_script_end
html_script:
	incbin	"data.js"
	incbin	"picture.js"
	incbin	"finding.js"
	incbin	"matrix.js"
	incbin	"versions.js"
	incbin	"claims.js"
	incbin	"app.js"
html_script_end:

	section	.note.GNU-stack noalloc noexec nowrite progbits
