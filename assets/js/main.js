// Everything a page does beyond reading and posting forms. Each part stands alone: without any of
// them the page still works.
import "./menus.js";
import "./asides.js";
import "./dialogs.js";
import "./copying.js";
import "./focus.js";
import "./failures.js";
import "./offline.js";
import "./shortcuts.js";
import "./palette.js";
import "./board.js";
import "./log.js";
import "./code.js";
import "./uploads.js";
