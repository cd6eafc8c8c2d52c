/* Accessible names that hold the visible text (WCAG 2.5.3), the home link inside a landmark, and a name for empty table heads. */
(function () {
  "use strict";
  function each(selector, change) {
    document.querySelectorAll(selector).forEach(change);
  }
  function mend() {
    each(".search-button-field", function (button) {
      button.removeAttribute("aria-label");
      button.removeAttribute("title");
    });
    each(".theme-switch-button", function (button) {
      button.querySelectorAll("[title]").forEach(function (node) { node.removeAttribute("title"); });
      button.querySelectorAll("svg title").forEach(function (node) { node.remove(); });
      button.querySelectorAll("svg").forEach(function (icon) {
        icon.removeAttribute("aria-labelledby");
        icon.setAttribute("aria-hidden", "true");
      });
    });
    each(".sidebar-primary-items__start", function (sidebar) {
      sidebar.setAttribute("role", "region");
      sidebar.setAttribute("aria-label", "Sidebar");
    });
    each("table.dataframe thead th:empty", function (head) {
      var text = document.createElement("span");
      text.className = "visually-hidden";
      text.textContent = "row";
      head.appendChild(text);
    });
    each(".cell_output .output.text_html", function (output) {
      if (output.scrollWidth > output.clientWidth) {
        output.tabIndex = 0; /* a region that scrolls must be reachable by keyboard */
        output.setAttribute("role", "region");
        output.setAttribute("aria-label", "Table, scrolls sideways");
      }
    });
  }
  document.addEventListener("DOMContentLoaded", mend);
  window.addEventListener("load", function () { mend(); window.setTimeout(mend, 200); });
})();
