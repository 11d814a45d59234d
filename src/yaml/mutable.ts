/** An object whose members are given one by one: V8 takes long to spread what is made in numbers. */
export type Mutable<T> = { -readonly [Part in keyof T]: T[Part] };
