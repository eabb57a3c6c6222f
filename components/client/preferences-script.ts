/** Where this browser keeps its preferences. */
export const storageKey = 'spillway-preferences'

/** Runs before the first paint, so that the wrong theme never shows. */
export const preferencesScript = `(()=>{let p={};try{p=JSON.parse(localStorage.getItem('${storageKey}')||'{}')}catch{}
const t=p.theme||'system';const d=t==='dark'||(t==='system'&&matchMedia('(prefers-color-scheme: dark)').matches);
document.documentElement.dataset.theme=d?'dark':'light';document.documentElement.dataset.density=p.density||'dense'})()`
