// Where a page that lives puts itself: what makes its numbers, what is begun when the picture
// stands, and what is written anew in another
// language, and what a saved page goes on from.

export const hooks = { numbers: null, begin: null, speak: null, keep: null };
