/** The address of the icon sprite, put in by the build. */
declare const __ICONS__: string
