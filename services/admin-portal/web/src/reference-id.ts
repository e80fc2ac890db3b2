/** `GH-7K3M-9QXT`, in any case. */
export const referenceId = /^GH-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/i;
