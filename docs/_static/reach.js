// Code that is wider than a phone can be scrolled by keyboard, too.
document.addEventListener("DOMContentLoaded", () => {
  for (const code of document.querySelectorAll("pre, .table-wrapper")) code.tabIndex = 0;
});
