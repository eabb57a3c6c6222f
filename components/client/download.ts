/** The browser itself downloads: nothing of the file goes through the memory of the page. */
export const download = (address: string): void => {
  const link = document.createElement('a')
  link.href = address
  link.download = ''
  link.click()
}
