// Where a page that lives puts itself: what is done before the picture stands, and makes its numbers; what is begun when
// it stands, and when it was drawn anew; what is written in another language, and beside an explanation; how the film
// tells a correction; what a saved page goes on from.

export const hooks = {
  prepare: null, numbers: null, begin: null, drawn: null, speak: null, about: null, correction: null, keep: null,
};
