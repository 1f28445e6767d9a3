/** What there is to learn. */
export const TEXT = `The sea was grey that morning, and the gulls stood on the wall as if they had been told to wait.
A boat came in with its lamp still lit. Nobody called to it; the rope was thrown, caught and made fast.
The old woman counted the baskets, looked at the sky, and said that it would rain before the bells.
It did rain, but later, and by then the fish were sold, the nets were dry and the boat was out again.
`
