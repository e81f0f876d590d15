// A French reader who comes to the English page for the first time is led to the French one.
import "./playground/example.mjs";

const english = document.documentElement.lang === "en";
for (const link of document.querySelectorAll("a[hreflang]")) {
  link.addEventListener("click", () => sessionStorage.setItem("micrograd-language", link.hreflang));
}
if (english && !sessionStorage.getItem("micrograd-language") && navigator.language.toLowerCase().startsWith("fr")) {
  sessionStorage.setItem("micrograd-language", "fr");
  location.replace("index.fr.html");
}
