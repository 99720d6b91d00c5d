export function meetings() {}
