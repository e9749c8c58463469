// Shows a step's mail again shortly after somebody stopped typing. Without it, the button beside the mail does.
"use strict";

(function () {
  const PAUSE = 900; // milliseconds
  const form = document.querySelector("form[data-preview]");
  const button = form && form.querySelector("[formtarget]");
  if (!button || !form.requestSubmit) return;
  let waiting = 0;
  let times = 0;
  let shown = form.querySelector("iframe");
  let coming = null;

  // A new frame each time: going back in the browser must not step through every pause, and nothing flickers.
  function show() {
    if (coming) coming.remove();
    const fresh = shown.cloneNode();
    fresh.removeAttribute("src");
    fresh.name = `mail-${(times += 1)}`; // a frame keeps the first name it had, whatever its attribute says later
    fresh.hidden = true;
    shown.after(fresh);
    button.formTarget = fresh.name;
    fresh.addEventListener("load", function () {
      if (fresh !== coming) return;
      fresh.hidden = false;
      shown.remove();
      shown = fresh;
      coming = null;
    });
    coming = fresh;
    form.requestSubmit(button);
  }

  form.addEventListener("submit", function (event) {
    // looking is not sending: the form may be sent afterwards, and what is typed is still unkept
    if (event.submitter === button) event.stopPropagation();
  });
  form.addEventListener("input", function () {
    clearTimeout(waiting);
    waiting = setTimeout(show, PAUSE);
  });
})();
