/* The picture of a topology by itself, as `peerwarden graph` prints it: SVG, DOT, Mermaid, JSON.
 *
 * Nothing that an object says becomes markup, leaves its place or hides in any of them. One
 * topology gives the same bytes. The JSON form is a contract with its readers (docs/graph.md):
 * names and meanings only ever gain members. `topology` was made of the inventory that `report` is
 * about.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "report/report.h"
#include "report/topology.h"

/* SVG 1.1 with the drawing of the HTML report, a title, a legend, and a list of what is numbered in
 * it. No script, no link, nothing from elsewhere. */
void graph_write_svg(struct arena *arena, const struct topology *topology, struct buffer *out);

/* An undirected graph in the language of Graphviz (https://graphviz.org/doc/info/lang.html), one
 * cluster for each kind of network. Everything is in it. */
void graph_write_dot(struct arena *arena, const struct topology *topology, struct buffer *out);

/* A flowchart of Mermaid (https://mermaid.js.org/syntax/flowchart.html): what the drawing shows,
 * and of its edges the first GRAPH_MERMAID_EDGES by what is wrong with them, as many as Mermaid
 * takes. */
enum { GRAPH_MERMAID_EDGES = 480 };
void graph_write_mermaid(struct arena *arena, const struct topology *topology, struct buffer *out);

/* Everything, with the findings in full. */
void graph_write_json(
	const struct topology *topology, const struct report *report, struct buffer *out);
