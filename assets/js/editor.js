// CodeMirror for YAML: <textarea data-editor> becomes an editor, <pre data-viewer> a viewer with
// line numbers. Both stay what they are where this script does not run.
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const nonce = document.querySelector("script[nonce]")?.nonce ?? "";

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName), tags.labelName], color: "var(--kh-code-key)" },
  { tag: [tags.string, tags.content, tags.attributeValue], color: "var(--kh-code-string)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--kh-code-number)" },
  { tag: [tags.comment, tags.meta], color: "var(--kh-code-comment)" },
  { tag: [tags.keyword, tags.typeName], color: "var(--kh-code-number)" },
  { tag: tags.punctuation, color: "var(--kh-text2)" },
]);

const clothes = EditorView.theme({
  "&": { color: "var(--kh-text)", backgroundColor: "var(--kh-surface)", fontSize: "0.8125rem" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--pf-t--global--font--family--mono)", lineHeight: "20px" },
  ".cm-gutters": { color: "var(--kh-text2)", backgroundColor: "var(--kh-surface)", border: "0" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--kh-accent-bg) 55%, transparent)" },
  ".cm-cursor": { borderLeftColor: "var(--kh-text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--kh-accent-bg)" },
  ".cm-searchMatch, .cm-selectionMatch": { backgroundColor: "var(--kh-hit)" },
  ".cm-panels": { color: "var(--kh-text)", backgroundColor: "var(--kh-sunken)" },
  ".cm-tooltip": { color: "var(--kh-text)", backgroundColor: "var(--kh-raised)", border: "1px solid var(--kh-border)" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--kh-blocker)" },
});

const common = [
  EditorView.cspNonce.of(nonce),
  lineNumbers(),
  highlightSpecialChars(),
  drawSelection(),
  syntaxHighlighting(colours),
  yaml(),
  search({ top: true }),
  highlightSelectionMatches(),
  keymap.of([...searchKeymap, ...historyKeymap, ...defaultKeymap]),
  clothes,
];

/** Errors of the server, as [{line, column, text}], onto the lines they are about. */
function showProblems(view, problems) {
  const diagnostics = problems.map(({ line, column, text }) => {
    const row = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
    const from = Math.min(row.from + Math.max(column - 1, 0), row.to);
    return { from, to: row.to, severity: "error", message: text };
  });
  view.dispatch(setDiagnostics(view.state, diagnostics));
}

function editor(field) {
  const box = document.createElement("div");
  box.className = "kh-editor";
  field.after(box);
  field.hidden = true;
  const label = document.querySelector(`label[for="${field.id}"]`);
  const changed = EditorView.updateListener.of((update) => {
    if (!update.docChanged) return;
    field.value = update.state.doc.toString();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  const view = new EditorView({
    parent: box,
    state: EditorState.create({
      doc: field.value,
      extensions: [
        ...common, history(), indentOnInput(), indentUnit.of("  "), bracketMatching(), highlightActiveLine(),
        highlightActiveLineGutter(), lintGutter(), keymap.of([indentWithTab]), changed,
        EditorView.contentAttributes.of({ "aria-label": label?.textContent ?? field.name, ...(field.getAttribute("aria-describedby") ? { "aria-describedby": field.getAttribute("aria-describedby") } : {}) }),
      ],
    }),
  });
  view.scrollDOM.tabIndex = 0;
  view.dom.style.height = field.dataset.editor || "480px";
  label?.addEventListener("click", () => view.focus());
  const problems = document.getElementById(`${field.id}-problems`);
  if (problems) showProblems(view, JSON.parse(problems.textContent));
  field.editorView = view;
}

function viewer(block) {
  const box = document.createElement("div");
  box.className = "kh-editor kh-editor--bare";
  block.after(box);
  block.hidden = true;
  const view = new EditorView({
    parent: box,
    state: EditorState.create({
      doc: block.textContent,
      extensions: [
        ...common, EditorState.readOnly.of(true), EditorView.editable.of(true),
        EditorView.contentAttributes.of({ "aria-label": block.dataset.viewer || "YAML", "aria-readonly": "true" }),
      ],
    }),
  });
  view.scrollDOM.tabIndex = 0;
  block.editorView = view;
}

function look(root) {
  for (const field of root.querySelectorAll("textarea[data-editor]")) if (!field.editorView) editor(field);
  for (const block of root.querySelectorAll("pre[data-viewer]")) if (!block.editorView) viewer(block);
}

look(document);
document.addEventListener("htmx:load", (event) => look(event.detail.elt.parentElement ?? document));

// A preview that says what is wrong with the text marks it there as well.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "preview") return;
  const told = document.getElementById("preview-problems");
  const problems = told ? JSON.parse(told.textContent) : [];
  for (const field of document.querySelectorAll("textarea[data-editor]")) showProblems(field.editorView, problems);
});
